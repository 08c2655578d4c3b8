using System.Diagnostics;
using System.Numerics;
using Etalon.Engine;
using Etalon.Lab.Models;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Benchmarks;

/// <summary>Measures a model: training steps, kinds of layers, single convolutions, and the peak that they are compared with.</summary>
internal static class SpeedBench
{
    // Until the runtime has compiled everything optimized and the processor has its clock.
    private const int WarmUpSteps = 5;

    /// <summary>The report.</summary>
    /// <param name="model">The model.</param>
    /// <param name="batch">Images in a step, at least 1.</param>
    /// <param name="threads">Threads that compute, at least 1.</param>
    /// <param name="rounds">How often each figure is measured, at least 1.</param>
    /// <param name="precision">The number type.</param>
    /// <exception cref="InputException">The model does not fit 32x32x3 images.</exception>
    public static SpeedReport Measure<T>(ModelSpec model, int batch, int threads, int rounds, Precision precision)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        using var workers = new Workers(threads);
        using var training = new TrainingSpeed<T>(model, batch, workers);
        for (int i = 0; i < Math.Min(WarmUpSteps, rounds); i++) training.Step();
        double[] steps = new double[rounds], evaluations = new double[rounds], cores = new double[rounds], peaks = new double[rounds];
        var monitors = new List<MonitorCost>();
        for (int round = 0; round < rounds; round++)
        {
            cores[round] = FmaPeak.Measure<T>();
            peaks[round] = FmaPeak.Measure<T>(workers);
            steps[round] = RepeatedTime.Once(training.Step);
            evaluations[round] = RepeatedTime.Once(training.Evaluate);
            if (training.TimeMonitors() is { } times) monitors.Add(CostOf(times, steps[round]));
        }
        var kinds = training.TimeLayerKinds(rounds);
        long peakBytes = Process.GetCurrentProcess().PeakWorkingSet64;
        return new SpeedReport
        {
            Model = model,
            Precision = precision,
            Batch = batch,
            Threads = threads,
            Rounds = rounds,
            StepSeconds = RepeatedTime.Median(steps),
            EvaluationSeconds = RepeatedTime.Median(evaluations),
            VectorBits = VectorWidth.Bits,
            Caches = ProcessorCaches.Read(),
            Monitors = monitors.Count == 0 ? null : MedianOf(monitors),
            StepOperations = kinds.Sum(kind => kind.ForwardOperations + kind.BackwardOperations),
            OneCorePeak = RepeatedTime.Median(cores),
            Peak = RepeatedTime.Median(peaks),
            LayerKinds = kinds,
            Convolutions = [.. Convolutions(training, batch, workers, rounds)],
            NetworkBytes = training.Network.MemoryBytes,
            PeakBytes = peakBytes,
        };
    }

    private static MonitorCost CostOf((double Reading, double Noise) times, double stepSeconds)
    {
        var log = new LogSpec();
        return new MonitorCost
        {
            ReadingSeconds = times.Reading,
            ReadingEvery = log.MonitorSteps!.Value,
            NoiseSeconds = times.Noise,
            NoiseEvery = log.NoiseSteps!.Value,
            Share = (times.Reading / log.MonitorSteps.Value + times.Noise / log.NoiseSteps.Value) / stepSeconds,
        };
    }

    private static MonitorCost MedianOf(List<MonitorCost> costs) => costs[0] with
    {
        ReadingSeconds = RepeatedTime.Median(costs.Select(cost => cost.ReadingSeconds)),
        NoiseSeconds = RepeatedTime.Median(costs.Select(cost => cost.NoiseSeconds)),
        Share = RepeatedTime.Median(costs.Select(cost => cost.Share)),
    };

    private static IEnumerable<ConvolutionPassSpeed> Convolutions<T>(TrainingSpeed<T> training, int batch, Workers workers, int rounds)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        foreach (var layer in training.Network.Layers.OfType<Convolution<T>>().DistinctBy(layer => layer.Shape))
            foreach (var pass in Enum.GetValues<ConvolutionPass>())
            {
                bool isComputed = pass != ConvolutionPass.DataGradient || layer.BackwardMultiplyAdds == 2 * layer.MultiplyAdds;
                if (!isComputed) continue;
                yield return Measure<T>(layer.Shape, pass, batch, workers, rounds, isDirect: true);
                if (layer.Algorithm != "direct") yield return Measure<T>(layer.Shape, pass, batch, workers, rounds, isDirect: false);
            }
    }

    private static ConvolutionPassSpeed Measure<T>(ConvolutionShape shape, ConvolutionPass pass, int batch, Workers workers, int rounds,
        bool isDirect)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var convolution = new ConvolutionSpeed<T>(shape, pass, batch, workers, isDirect);
        double[] seconds = new double[rounds], shares = new double[rounds];
        convolution.Run();
        for (int round = 0; round < rounds; round++)
        {
            double peak = FmaPeak.Measure<T>(workers);
            seconds[round] = convolution.Run();
            shares[round] = convolution.Operations / seconds[round] * 1e-9 / peak;
        }
        return new ConvolutionPassSpeed(
            shape, pass, convolution.Algorithm, RepeatedTime.Median(seconds), convolution.Operations, RepeatedTime.Median(shares));
    }
}
