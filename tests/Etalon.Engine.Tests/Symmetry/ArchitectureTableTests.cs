using static Etalon.Engine.Tests.Symmetry.Architectures;
using static Etalon.Engine.Tests.Symmetry.SymmetryProbe;

namespace Etalon.Engine.Tests.Symmetry;

/// <summary>
/// The architecture table of Li and Arora 2019, appendix C: which networks are scale-invariant in all trained parameters together.
/// </summary>
public class ArchitectureTableTests
{
    private static readonly Dictionary<string, Features> Invariant = new()
    {
        ["plain, batch normalization"] = b => FrozenHead(b, Plain(b, Batch, Batch)),
        ["plain, layer normalization, bias in the first layer"] = b => FrozenHead(b, Plain(b, LayerNorm, LayerNorm, firstBias: true)),
        ["plain, instance normalization"] = b => FrozenHead(b, Plain(b, Instance, Instance)),
        ["plain, affine but for the last"] = b => FrozenHead(b, Plain(b, AffineBatch, Batch)),
        ["plain, affine, normalized logits"] = b => Batch(b, "logits", TrainedHeadWithoutBias(b, Plain(b, AffineBatch, AffineBatch))),
        ["plain, affine but for the last, biases before batch normalization"] =
            b => FrozenHead(b, Plain(b, AffineBatch, Batch, firstBias: true, lastBias: true)),
        ["post-activation"] = b => FrozenHead(b, ResNet(b, Batch)),
        ["post-activation, affine, a normalization before the head"] = b => FrozenHead(b, Batch(b, "last", ResNetRaw(b))),
        ["pre-activation, shortcuts without parameters"] = b => FrozenHead(b, PreResNet(b, Batch, Batch, Shortcut.Pooled)),
        ["pre-activation, normalization before the shortcut's convolution"] = b => FrozenHead(b, PreResNet(b, Batch, Batch)),
        ["pre-activation, affine, every stage begins with a projection"] =
            b => FrozenHead(b, PreResNet(b, AffineBatch, Batch, projectsFirst: true)),
        ["pre-activation, affine, a stem of two convolutions"] = b => FrozenHead(b, PreResNet(b, AffineBatch, Batch, deepStem: true)),
        ["mlp, layer normalization"] = b => FrozenHead(b, Mlp(b, isLastNormalized: true)),
    };

    private static readonly Dictionary<string, (Features Build, string Mismatch, string[] Remedies)> Dependent = new()
    {
        ["plain, affine"] = (b => FrozenHead(b, Plain(b, AffineBatch, AffineBatch)),
            "loss: head has degree 1, an invariant output has degree 0",
            ["give norm2 no scale and shift (affine: false), or leave them out of the group"]),
        ["plain, affine, bias before layer normalization"] = (b => FrozenHead(b, Plain(b, AffineLayerNorm, LayerNorm, lastBias: true)),
            "bias2: what it is added to, conv2, has degree 2, the bias has degree 1",
            ["drop bias2, or let a batch normalization follow it"]),
        ["plain, affine, bias before group normalization"] = (b => FrozenHead(b, Plain(b, AffineGroup, LayerNorm, lastBias: true)),
            "bias2: what it is added to, conv2, has degree 2, the bias has degree 1",
            ["drop bias2, or let a batch normalization follow it"]),
        ["plain, affine instance normalization"] = (b => FrozenHead(b, Plain(b, AffineInstance, AffineInstance)),
            "loss: head has degree 1, an invariant output has degree 0",
            ["give norm2 no scale and shift (affine: false), or leave them out of the group"]),
        ["post-activation, affine"] = (b => FrozenHead(b, ResNet(b, AffineBatch)),
            "loss: head has degree 1, an invariant output has degree 0",
            ["put a normalization without scale and shift before head"]),
        ["post-activation, a projection without normalization"] = (b => FrozenHead(b, ResNet(b, Batch, isProjectionNormalized: false)),
            "block2.sum: block2.norm2 has degree 0, block2.projection has degree 1",
            ["put a normalization behind block2.projection, before block2.sum adds it"]),
        ["pre-activation, convolution of the raw input"] = (b => FrozenHead(b, PreResNet(b, Batch, Batch, Shortcut.RawProjection)),
            "block2.conv2: its own convolution has degree 1, block2.projection has degree 2",
            ["put a normalization before block2.projection"]),
        ["pre-activation, affine"] = (b => FrozenHead(b, PreResNet(b, AffineBatch, AffineBatch)),
            "block1.conv2: its own convolution has degree 2, stem has degree 1",
            ["let stem pass a normalization and a 1x1 convolution before block1.conv2 adds it",
                "give final.norm no scale and shift (affine: false), or leave them out of the group"]),
        ["trained head"] = (b => TrainedHead(b, Plain(b, Batch, Batch)),
            "loss: head.bias has degree 1, an invariant output has degree 0",
            ["freeze head and head.bias, or leave them out of the group"]),
        ["trained head behind affine normalization"] = (b => TrainedHead(b, Plain(b, AffineBatch, AffineBatch)),
            "head.bias: what it is added to, head, has degree 2, the bias has degree 1",
            ["freeze head and head.bias, or leave them out of the group",
                "give norm2 no scale and shift (affine: false), or leave them out of the group"]),
        ["one layer without normalization"] = (b => FrozenHead(b, Mlp(b, isLastNormalized: false)),
            "loss: head has degree 1, an invariant output has degree 0",
            ["put a normalization without scale and shift before head"]),
        ["no normalization"] = (b => TrainedHead(b, b.Rectify(b.Convolution("conv1", b.Input, 4, 3))),
            "head.bias: what it is added to, head, has degree 2, the bias has degree 1",
            ["normalize the outputs of the layers: without a normalization no weight is scale-invariant"]),
    };

    public static TheoryData<string> InvariantNames => [.. Invariant.Keys];

    public static TheoryData<string> DependentNames => [.. Dependent.Keys];

    [Theory]
    [MemberData(nameof(InvariantNames))]
    public void A_network_of_the_tables_first_kind_is_invariant_by_structure_and_in_numbers(string name)
    {
        using var net = new SymmetryProbe(Invariant[name]);
        Assert.Null(net.Check(ScalingGroup.AllParameters).Mismatch);
        net.CheckEachTensor();
    }

    [Theory]
    [MemberData(nameof(DependentNames))]
    public void A_network_of_the_tables_second_kind_is_not_and_the_layer_the_degrees_and_a_remedy_are_named(string name)
    {
        var (build, mismatch, remedies) = Dependent[name];
        using var net = new SymmetryProbe(build);
        var verdict = net.Check(ScalingGroup.AllParameters);
        Assert.Equal(mismatch, verdict.Mismatch?.ToString());
        Assert.Equal(remedies, verdict.Remedies);
        net.CheckEachTensor();
    }

    private static Signal<double> TrainedHeadWithoutBias(NetworkBuilder<double> b, Signal<double> x) => b.Linear("head", x, 3);

    // The last block's ReLU is stored, since a normalization reads plain numbers.
    private static Signal<double> ResNetRaw(NetworkBuilder<double> b) => b.Sum("copy", ResNet(b, AffineBatch));

    private static Signal<double> Mlp(NetworkBuilder<double> b, bool isLastNormalized)
    {
        var x = b.Rectify(LayerNorm(b, "norm1", b.Linear("hidden1", b.Input, 8)));
        x = b.Linear("hidden2", x, 7);
        return b.Rectify(isLastNormalized ? LayerNorm(b, "norm2", x) : x);
    }
}
