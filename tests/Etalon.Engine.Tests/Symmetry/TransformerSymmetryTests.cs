using Etalon.Engine.Tests.Networks;

namespace Etalon.Engine.Tests.Symmetry;

/// <summary>Which weights of a transformer are scale-invariant, by the rules of the layers and by scaling them.</summary>
public class TransformerSymmetryTests
{
    private static readonly TestTransformer Exact = TestTransformer.Modern with { Epsilon = 0 };

    private static readonly string[] Writers =
        ["embedding.weight", "block1.output.weight", "block1.down.weight", "block2.output.weight", "block2.down.weight"];

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Queries_and_keys_are_a_group_each_under_QK_norm_and_all_writers_into_the_stream_are_one(bool isRms, bool isSwiGlu)
    {
        using var net = new Probed(Exact with { IsRms = isRms, IsSwiGlu = isSwiGlu });
        Assert.Equal(
            [
                Writers, ["block1.query.weight"], ["block1.key.weight"], ["block2.query.weight"], ["block2.key.weight"],
            ],
            net.Groups());
        foreach (var group in net.Groups()) net.Check(group, isInvariant: true);
        foreach (string writer in Writers) net.Check([writer], isInvariant: false);
        foreach (string other in (string[])["block1.value.weight", "block2.up.weight", "head.weight"]) net.Check([other], false);
    }

    [Fact]
    public void Learned_places_are_writers_too()
    {
        using var net = new Probed(Exact with { IsRotary = false });
        string[] all = ["embedding.weight", "embedding.places", .. Writers[1..]];
        Assert.Equal(all, net.Groups()[0].ToArray());
        net.Check(all, isInvariant: true);
        net.Check(Writers, isInvariant: false);
    }

    [Fact]
    public void With_a_tied_head_queries_and_keys_are_all_that_is_left()
    {
        using var net = new Probed(Exact with { IsTied = true });
        Assert.Equal([["block1.query.weight"], ["block1.key.weight"], ["block2.query.weight"], ["block2.key.weight"]], net.Groups());
        net.Check(Writers, isInvariant: false);
        foreach (var group in net.Groups()) net.Check(group, isInvariant: true);
    }

    [Fact]
    public void Without_QK_norm_only_the_writers_are_left_and_the_softmax_says_why()
    {
        using var net = new Probed(Exact with { HasQkNorm = false });
        Assert.Equal([Writers], net.Groups());
        net.Check(["block1.query.weight"], isInvariant: false);
        net.Check(["block1.query.weight", "block1.key.weight"], isInvariant: false);
        var verdict = HomogeneityCheck.Of(net.Network, ScalingGroup.Tensor("block1.query.weight"));
        Assert.Equal(new DegreeMismatch("block1.attention", "block1.query times block1.key", 1, "what its softmax reads", 0),
            verdict.Mismatch);
    }

    [Fact]
    public void A_writer_alone_meets_the_stream_and_gelu_bends_what_is_scaled()
    {
        using var net = new Probed(Exact with { IsSwiGlu = false });
        Assert.Equal("block1.output", HomogeneityCheck.Of(net.Network, ScalingGroup.Tensor("embedding.weight")).Mismatch!.Layer);
        Assert.Equal(new DegreeMismatch("block1.activation", "block1.up", 1, "what gelu bends", 0),
            HomogeneityCheck.Of(net.Network, ScalingGroup.Tensor("block1.up.weight")).Mismatch);
    }

    [Fact]
    public void The_values_may_take_the_place_of_the_output_in_a_group_by_the_rules_and_the_numbers()
    {
        using var net = new Probed(Exact);
        net.Check(["embedding.weight", "block1.value.weight", "block1.up.weight", .. Writers[3..]], isInvariant: true);
    }

    [Fact]
    public void Every_tensor_alone_agrees_with_the_numbers()
    {
        foreach (var form in new[] { Exact, Exact with { IsTied = true, IsRms = false }, Exact with { HasQkNorm = false } })
        {
            using var net = new Probed(form);
            foreach (var tensor in net.Network.Parameters.Tensors)
                Assert.Equal(
                    HomogeneityCheck.Of(net.Network, ScalingGroup.Tensor(tensor.Name)).IsInvariant,
                    net.Probe.Measure(ScalingGroup.Tensor(tensor.Name)).IsInvariant);
        }
    }

    [Fact]
    public void Without_rotary_positions_a_shift_of_all_keys_does_not_matter_which_the_rules_do_not_see()
    {
        using var net = new Probed(Exact with { IsRotary = false, IsRms = false });
        var shift = ScalingGroup.Tensor("block1.key_norm.shift");
        Assert.InRange(net.Probe.Measure(shift).OutputChange, 0, 1e-12);
        Assert.False(HomogeneityCheck.Of(net.Network, shift).IsInvariant);
    }

    [Fact]
    public void An_epsilon_is_named_by_its_first_layer()
    {
        using var net = new Probed(Exact with { Epsilon = 1e-5 });
        Assert.Equal("block1.query_norm", HomogeneityCheck.Of(net.Network, ScalingGroup.Tensor("block1.query.weight")).EpsilonLayer);
        Assert.Equal("block1.norm1", HomogeneityCheck.Of(net.Network, ScalingGroup.Of(Writers.Contains)).EpsilonLayer);
    }

    private sealed class Probed : IDisposable
    {
        private readonly Workers _workers = new(1);

        public Probed(TestTransformer form)
        {
            Network = form.Build<double>(4, _workers);
            Network.Initialize(seed: 11);
            Probe = new ScalingProbe(Network, form.Tokens, form.Symbols, seed: 7);
        }

        public Network<double> Network { get; }

        public ScalingProbe Probe { get; }

        // The invariant ones among the smallest groups of all matrices.
        public List<IReadOnlyList<string>> Groups() =>
        [
            .. InvariantGroups.Of(Network.Layers,
                [.. Network.Parameters.Tensors.Where(tensor => tensor.Shape.Count > 1).Select(tensor => tensor.Name)])
                .Where(group => InvariantGroups.IsInvariant(Network.Layers, group)),
        ];

        public void Check(IReadOnlyList<string> group, bool isInvariant)
        {
            Assert.Equal(isInvariant, InvariantGroups.IsInvariant(Network.Layers, group));
            var measured = Probe.Measure(ScalingGroup.Of(group.Contains));
            Assert.True(isInvariant ? measured.IsInvariant : measured.IsDependent, $"{string.Join(", ", group)}: {measured}");
        }

        public void Dispose()
        {
            Probe.Dispose();
            Network.Dispose();
            _workers.Dispose();
        }
    }
}
