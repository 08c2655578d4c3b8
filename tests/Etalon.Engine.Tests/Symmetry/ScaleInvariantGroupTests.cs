using static Etalon.Engine.Tests.Symmetry.Architectures;
using static Etalon.Engine.Tests.Symmetry.SymmetryProbe;

namespace Etalon.Engine.Tests.Symmetry;

/// <summary>Groups smaller than the whole: what is left out of the group is a constant, whatever it does.</summary>
public class ScaleInvariantGroupTests
{
    private static readonly ScalingGroup Weights =
        ScalingGroup.Of(name => name.EndsWith(".weight", StringComparison.Ordinal) && !name.StartsWith("head.", StringComparison.Ordinal));

    private static readonly Dictionary<string, (Features Build, bool IsInvariant)> Networks = new()
    {
        ["plain"] = (b => TrainedHead(b, Plain(b, AffineBatch, AffineBatch)), true),
        ["post-activation"] = (b => TrainedHead(b, ResNet(b, AffineBatch)), true),
        ["pre-activation"] = (b => TrainedHead(b, PreResNet(b, AffineBatch, AffineBatch)), true),
        ["pre-activation, group normalization"] = (b => TrainedHead(b, PreResNet(b, AffineGroup, AffineGroup)), true),
        ["pre-activation, shortcut that reads the raw input"] =
            (b => TrainedHead(b, PreResNet(b, AffineBatch, AffineBatch, Shortcut.RawProjection)), false),
        ["plain, trained bias before layer normalization"] =
            (b => TrainedHead(b, Plain(b, AffineBatch, AffineLayerNorm, lastBias: true)), false),
        ["plain, trained bias before batch normalization"] =
            (b => TrainedHead(b, Plain(b, AffineBatch, AffineBatch, firstBias: true)), true),
    };

    public static TheoryData<string> Names => [.. Networks.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Weights_alone_are_a_group_when_affine_and_head_keep_their_own_schedule(string name)
    {
        var (build, isInvariant) = Networks[name];
        using var net = new SymmetryProbe(build);
        Assert.Equal(isInvariant, net.Check(Weights).IsInvariant);
    }

    [Fact]
    public void Weights_that_meet_in_a_residual_sum_are_invariant_together_and_not_alone()
    {
        using var net = new SymmetryProbe(b => FrozenHead(b, PreResNet(b, Batch, Batch)));
        Assert.Equal(
            "block1.conv2: its own convolution has degree 0, stem has degree 1",
            net.Check(ScalingGroup.Tensor("stem.weight")).Mismatch?.ToString());
        Assert.True(net.Check(ScalingGroup.Tensor("block1.conv1.weight")).IsInvariant);
        Assert.True(net.Check(ScalingGroup.Of(name => name is "stem.weight" or "block1.conv2.weight")).IsInvariant);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(4, true)]
    public void A_channel_alone_is_invariant_only_where_each_channel_has_its_own_statistics(int groups, bool isInvariant)
    {
        using var net = new SymmetryProbe(
            b => FrozenHead(b, Plain(b, (build, name, x) => build.GroupNormalization(name, x, groups, affine: false, epsilon: 0), Batch)));
        var verdict = HomogeneityCheck.Of(net.Network, ScalingGroup.Channel("conv1.weight", 0));
        Assert.Equal(isInvariant, verdict.IsInvariant);
        Assert.Equal(isInvariant, net.Probe.MeasureChannels("conv1.weight").IsInvariant);
        if (!isInvariant) Assert.Equal("norm1: channel 0 of conv1 has degree 1, channel 1 has degree 0", verdict.Mismatch!.ToString());
    }

    [Theory]
    [InlineData(1, 0, true)]
    [InlineData(3, 0, true)]
    [InlineData(3, 1, false)]
    public void A_batch_normalization_removes_a_bias_through_a_convolution_unless_zeros_surround_the_image(int kernel, int padding,
    bool isRemoved)
    {
        using var net = new SymmetryProbe(b =>
        {
            var x = b.Bias("bias1", b.Convolution("conv1", b.Input, 4, 3));
            return FrozenHead(b, b.Rectify(Batch(b, "norm1", b.Convolution("conv2", x, 4, kernel, padding: padding))));
        });
        Assert.Equal(isRemoved, net.Check(ScalingGroup.Tensor("bias1")).IsInvariant);
        Assert.Equal(isRemoved, net.Check(ScalingGroup.Tensor("conv1.weight")).IsInvariant);
    }

    [Fact]
    public void Epsilon_leaves_the_invariance_true_only_up_to_epsilon()
    {
        using var net =
            new SymmetryProbe(b => FrozenHead(b, Plain(b, (build, name, x) => build.BatchNormalization(name, x, affine: false), Batch)));
        var verdict = HomogeneityCheck.Of(net.Network, ScalingGroup.AllParameters);
        Assert.True(verdict.IsInvariant);
        Assert.Equal("norm1", verdict.EpsilonLayer);
        Assert.Equal("norm1", HomogeneityCheck.Of(net.Network, ScalingGroup.Tensor("conv1.weight")).EpsilonLayer);
        Assert.Null(HomogeneityCheck.Of(net.Network, ScalingGroup.Tensor("conv2.weight")).EpsilonLayer);
        // A variance v about 1 changes v / (v + 1e-5): the outputs by about 1e-5 / 2.
        Assert.InRange(net.Probe.Measure(ScalingGroup.AllParameters).OutputChange, 1e-7, 1e-3);
    }

    [Fact]
    public void The_probe_leaves_the_network_as_it_was()
    {
        using var net = new SymmetryProbe(b => TrainedHead(b, PreResNet(b, AffineBatch, AffineBatch)));
        net.Probe.Dispose();
        double[] parameters = net.Network.Parameters.Span.ToArray(), state = net.Network.State.Span.ToArray();
        using (var probe = new ScalingProbe(net.Network, 72, 3, seed: 9))
        {
            Assert.NotEqual(parameters, net.Network.Parameters.Span.ToArray());
            probe.Measure(ScalingGroup.AllParameters);
            probe.MeasureChannels("stem.weight");
        }
        Assert.Equal(parameters, net.Network.Parameters.Span.ToArray());
        Assert.Equal(state, net.Network.State.Span.ToArray());
    }
}
