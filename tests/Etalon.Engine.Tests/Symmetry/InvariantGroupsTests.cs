using Etalon.Engine.Tests.Networks;

namespace Etalon.Engine.Tests.Symmetry;

public class InvariantGroupsTests
{
    [Fact]
    public void In_a_pre_activation_network_the_convolutions_that_meet_in_a_stream_are_one_group_and_the_first_ones_of_blocks_are_one_each()
    {
        using var workers = new Workers(1);
        using var network = PreResNet8.Build<double>(8, 4, maxBatch: 8, workers,
            (build, name, x) => build.BatchNormalization(name, x, affine: true, epsilon: 0));
        Assert.Equal(
            [
                ["stem.weight", "stage1.block1.conv2.weight"], ["stage1.block1.conv1.weight"],
                ["stage2.block1.projection.weight", "stage2.block1.conv2.weight"], ["stage2.block1.conv1.weight"],
                ["stage3.block1.projection.weight", "stage3.block1.conv2.weight"], ["stage3.block1.conv1.weight"],
            ],
            InvariantGroups.Of(network.Layers, Weights(network)));
    }

    [Fact]
    public void Each_group_leaves_the_outputs_as_they_are_and_no_part_of_it_does()
    {
        using var workers = new Workers(1);
        using var network = PreResNet8.Build<double>(8, 4, maxBatch: 8, workers,
            (build, name, x) => build.BatchNormalization(name, x, affine: true, epsilon: 0));
        network.Initialize(seed: 3);
        var batch = TestBatch<double>.Random(8, 8 * 8 * 3, 10, seed: 1);
        foreach (var group in InvariantGroups.Of(network.Layers, Weights(network)))
        {
            Assert.Equal(0, ChangeOf(network, batch, group), 1e-10);
            if (group.Count > 1) Assert.All(group, name => Assert.True(ChangeOf(network, batch, [name]) > 1e-3));
        }
    }

    [Fact]
    public void In_a_post_activation_network_every_convolution_is_a_group_and_a_layer_without_normalization_stands_alone()
    {
        using var workers = new Workers(1);
        var build = new NetworkBuilder<double>(8, 8, 3);
        using var network =
            build.Build(build.Linear("head", Architectures.ResNet(build, Architectures.Batch), 10), new SoftmaxCrossEntropy(), 4, workers);
        Assert.All(InvariantGroups.Of(network.Layers, Weights(network)), group => Assert.Single(group));

        var plain = new NetworkBuilder<double>(8, 8, 3);
        var x = plain.Rectify(Architectures.Batch(plain, "norm", plain.Convolution("one", plain.Input, 4, 3)));
        x = plain.GlobalAveragePool("pool", plain.Rectify(plain.Convolution("two", x, 4, 3)));
        using var other = plain.Build(plain.Linear("head", x, 10), new SoftmaxCrossEntropy(), 4, workers);
        Assert.Equal([["one.weight"], ["two.weight"]], InvariantGroups.Of(other.Layers, ["one.weight", "two.weight"]));
    }

    [Fact]
    public void A_described_network_has_the_layers_tensors_and_groups_of_the_built_one()
    {
        using var workers = new Workers(1);
        NetworkBuilder<double> builder = new(8, 8, 3), describer = new(8, 8, 3);
        using var network = builder.Build(builder.Linear("head", Architectures.ResNet(builder, Architectures.Batch), 10),
            new SoftmaxCrossEntropy(), 4, workers);
        var described = describer.Describe(describer.Linear("head", Architectures.ResNet(describer, Architectures.Batch), 10),
            new SoftmaxCrossEntropy());
        Assert.Equal(network.Layers.Select(layer => (layer.Name, layer.Kind)), described.Select(layer => (layer.Name, layer.Kind)));
        var tensors = described.SelectMany(layer => layer.TrainedTensors).ToList();
        Assert.Equal(network.Parameters.Tensors.Select(tensor => (tensor.Name, tensor.Length, tensor.Offset)),
            tensors.Select(tensor => (tensor.Name, tensor.Length, tensor.Offset)));
        Assert.Equal(InvariantGroups.Of(network.Layers, Weights(network)), InvariantGroups.Of(described, Weights(network)));
    }

    [Fact]
    public void Tensors_are_invariant_together_where_no_sum_joins_them_with_others()
    {
        using var workers = new Workers(1);
        using var network = PreResNet8.Build<double>(8, 4, maxBatch: 8, workers,
            (build, name, x) => build.BatchNormalization(name, x, affine: true, epsilon: 0));
        Assert.True(InvariantGroups.IsInvariant(network.Layers, Weights(network)));
        Assert.True(
            InvariantGroups.IsInvariant(network.Layers, ["stem.weight", "stage1.block1.conv2.weight", "stage2.block1.conv1.weight"]));
        Assert.False(InvariantGroups.IsInvariant(network.Layers, ["stem.weight"]));
        Assert.False(InvariantGroups.IsInvariant(network.Layers, ["head.weight"]));
    }

    private static List<string> Weights(Network<double> network) =>
        [.. network.Parameters.Tensors.Select(tensor => tensor.Name)
            .Where(name => name.EndsWith(".weight", StringComparison.Ordinal) && !name.StartsWith("head", StringComparison.Ordinal))];

    // The largest change of an output when the tensors are multiplied by 3; they are put back.
    private static double ChangeOf(Network<double> network, TestBatch<double> batch, IReadOnlyList<string> tensors)
    {
        double[] before = Outputs(network, batch);
        foreach (string name in tensors) Multiply(network.Parameters[name].Span, 3);
        double[] after = Outputs(network, batch);
        foreach (string name in tensors) Multiply(network.Parameters[name].Span, 1.0 / 3);
        return before.Zip(after, (a, b) => Math.Abs(a - b)).Max();
    }

    private static double[] Outputs(Network<double> network, TestBatch<double> batch)
    {
        batch.Forward(network);
        return [.. Enumerable.Range(0, batch.Labels.Length).SelectMany(image => network.OutputsOf(image).ToArray())];
    }

    private static void Multiply(Span<double> numbers, double factor)
    {
        foreach (ref double number in numbers) number *= factor;
    }
}
