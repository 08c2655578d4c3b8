namespace Etalon.Engine.Tests.Symmetry;

/// <summary>A small network in float64 and both looks at its symmetry.</summary>
internal sealed class SymmetryProbe : IDisposable
{
    private const int Size = 6, Channels = 2, Classes = 3;

    private readonly Workers _workers = new(1);

    public SymmetryProbe(Architectures.Features outputs)
    {
        var build = new NetworkBuilder<double>(Size, Size, Channels);
        Network = build.Build(outputs(build), new SoftmaxCrossEntropy(), maxBatch: 6, _workers);
        Network.Initialize(seed: 11);
        Probe = new ScalingProbe(Network, Size * Size * Channels, Classes, seed: 7);
    }

    public Network<double> Network { get; }

    public ScalingProbe Probe { get; }

    public static Signal<double> FrozenHead(NetworkBuilder<double> b, Signal<double> x) => b.Linear("head", x, Classes, isFrozen: true);

    public static Signal<double> TrainedHead(NetworkBuilder<double> b, Signal<double> x) =>
        b.Bias("head.bias", b.Linear("head", x, Classes));

    /// <summary>The structural verdict, which the numbers must confirm.</summary>
    public HomogeneityVerdict Check(ScalingGroup group)
    {
        var verdict = HomogeneityCheck.Of(Network, group);
        AssertAgree(verdict, Probe.Measure(group), "the group");
        return verdict;
    }

    /// <summary>Structure and numbers agree for every tensor alone and for every channel alone.</summary>
    public void CheckEachTensor()
    {
        foreach (var tensor in Network.Parameters.Tensors)
        {
            AssertAgree(HomogeneityCheck.Of(Network, ScalingGroup.Tensor(tensor.Name)), Probe.Measure(ScalingGroup.Tensor(tensor.Name)),
                tensor.Name);
            var channels = Enumerable.Range(0, tensor.Shape[^1])
                .Select(channel => HomogeneityCheck.Of(Network, ScalingGroup.Channel(tensor.Name, channel))).ToList();
            // The rules treat all channels of a tensor alike, so one answers for all.
            Assert.Single(channels.Select(verdict => verdict.IsInvariant).Distinct());
            AssertAgree(channels[0], Probe.MeasureChannels(tensor.Name), $"a channel of {tensor.Name}");
        }
    }

    private static void AssertAgree(HomogeneityVerdict verdict, ScalingMeasurement measured, string what)
    {
        bool agrees = verdict.IsInvariant ? measured.IsInvariant : measured.IsDependent;
        Assert.True(agrees,
            $"{what}: by structure {(verdict.IsInvariant ? "invariant" : $"not invariant ({verdict.Mismatch})")}, but {measured}");
    }

    public void Dispose()
    {
        Probe.Dispose();
        Network.Dispose();
        _workers.Dispose();
    }
}
