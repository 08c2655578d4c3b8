using System.Runtime.InteropServices;
using Etalon.Engine.Tests.Networks;

namespace Etalon.Engine.Tests.Monitors;

public class GradientPairTests
{
    private static readonly IReadOnlyList<IReadOnlyList<string>> Groups =
        [["stem.weight", "stage1.block1.conv2.weight"], ["stage1.block1.conv1.weight"]];

    [Fact]
    public void Noise_and_signal_are_those_of_the_two_gradients_and_parameters_and_running_statistics_stay_as_they_were()
    {
        using var workers = new Workers(2);
        using var network = PreResNet8.Build<double>(8, 4, maxBatch: 16, workers, PreResNet8.BatchNorm);
        network.Initialize(seed: 5);
        var (one, two) = (TestBatch<double>.Random(16, 8 * 8 * 3, 10, seed: 1), TestBatch<double>.Random(16, 8 * 8 * 3, 10, seed: 2));
        double[] g = Gradient(network, one), h = Gradient(network, two);
        byte[] before = Bytes(network);

        using var pair = new GradientPair<double>(network, Groups);
        pair.TakeOther(two.Images, two.Labels);
        Assert.Equal(before, Bytes(network));
        one.Forward(network);
        network.Backward();
        pair.Compare(workers);

        int[] places = [.. Groups.Select((_, index) => index), Groups.Count];
        foreach (int group in places)
        {
            string[] names = group < Groups.Count ? [.. Groups[group]] : [.. Groups.SelectMany(names => names)];
            var numbers = names.Select(name => network.Gradients[name])
                .SelectMany(tensor => Enumerable.Range((int)tensor.Offset, (int)tensor.Length)).ToList();
            Assert.Equal(numbers.Sum(i => (g[i] - h[i]) * (g[i] - h[i])) / 2, pair.Noise(group), 1e-14 * numbers.Count);
            Assert.Equal(numbers.Sum(i => g[i] * h[i]), pair.Signal(group), 1e-14 * numbers.Count);
            Assert.True(pair.Noise(group) > 1e-3);
        }
    }

    private static double[] Gradient(Network<double> network, TestBatch<double> batch)
    {
        batch.Forward(network);
        network.Backward();
        return network.Gradients.Span.ToArray();
    }

    private static byte[] Bytes(Network<double> network) =>
        [.. MemoryMarshal.AsBytes(network.Parameters.Span), .. MemoryMarshal.AsBytes(network.State.Span)];
}
