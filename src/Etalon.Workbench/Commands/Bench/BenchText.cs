using Etalon.Engine;
using Etalon.Lab.Benchmarks;
using Etalon.Lab.Models;

namespace Etalon.Workbench.Commands;

/// <summary>What <c>bench</c> prints: the speed in a few lines, then the kinds of layers and the convolutions as tables.</summary>
internal static class BenchText
{
    public static IEnumerable<string> Lines(SpeedReport report) =>
    [
        .. Summary(report), "", .. LayerKinds(report), "", .. Convolutions(report), "",
        .. (string[])(report.IsPeakTooLow
            ? ["A direct convolution is faster than the multiply-add peak, so the peak was measured too low: ignore the shares of it."]
            : []),
        "GFLOP/s count the multiplications and additions of the direct form, also for Winograd's, which needs up to 4 times fewer.",
        $"Medians of {report.Rounds}. A convolution's pass is the whole operator: framing, laying out weights, sums over the batch.",
    ];

    private static IEnumerable<string> Summary(SpeedReport report)
    {
        string kernels = report.Model.Convolution == ConvolutionMode.Direct ? ", direct kernels" : "";
        double gflops = report.StepOperations / report.StepSeconds * 1e-9;
        return
        [
            $"{report.Model.Name}, {report.Model.Norm.ToString().ToLowerInvariant()} normalization, "
            + $"{report.Precision.ToString().ToLowerInvariant()}{kernels}: "
                + $"{Model.DefaultsOf(report.Model).Image} images, batch {report.Batch}, {report.Threads} "
                + $"thread{(report.Threads == 1 ? "" : "s")}",
            "",
            $"training          {report.ImagesPerSecond,8:F0} images/s   {1e3 * report.StepSeconds,8:F1} ms a step   {gflops,7:F1} "
            + $"GFLOP/s {gflops / report.Peak,6:P0} of the peak",
            $"evaluation        {report.Batch / report.EvaluationSeconds,8:F0} images/s   {1e3 * report.EvaluationSeconds,8:F1} ms a batch "
                + $"{report.StepSeconds / report.EvaluationSeconds,8:F2} times the training's speed",
            .. Monitors(report.Monitors),
            $"multiply-add peak {report.Peak,8:F1} GFLOP/s    {report.OneCorePeak,8:F1} of one core, with vectors of {report.VectorBits} "
            + $"bits",
            .. Caches(report.Caches),
            $"peak memory       {report.PeakBytes / 1e6,8:F0} MB         {report.NetworkBytes / 1e6,8:F0} MB of it the network's",
        ];
    }

    private static IEnumerable<string> Caches(IReadOnlyList<string> caches) =>
        caches.Count == 0 ? [] : [$"caches            {string.Join(", ", caches)}"];

    private static IEnumerable<string> Monitors(MonitorCost? cost) => cost is null ? [] :
    [
        $"monitors          {cost.Share,8:P2} of the training time: a reading of {1e3 * cost.ReadingSeconds:F2} ms every "
        + $"{cost.ReadingEvery} updates, "
            + $"a second batch of {1e3 * cost.NoiseSeconds:F1} ms every {cost.NoiseEvery}",
    ];

    private static IEnumerable<string> LayerKinds(SpeedReport report)
    {
        double sum = report.LayerKinds.Sum(kind => kind.Seconds);
        int width = Math.Max(10, report.LayerKinds.Max(kind => kind.Kind.Length));
        yield return $"{"in a step".PadRight(width)} {"layers",6} {"forward ms",11} {"backward ms",12} {"share",6} {"GFLOP/s",8} "
            + $"{"peak",6}";
        foreach (var kind in report.LayerKinds)
        {
            double gflops = (kind.ForwardOperations + kind.BackwardOperations) / kind.Seconds * 1e-9;
            string arithmetic = gflops > 0 ? $" {gflops,8:F1} {gflops / report.Peak,6:P0}" : "";
            string layers = kind.Layers > 0 ? $"{kind.Layers}" : "";
            yield return $"{kind.Kind.PadRight(width)} {layers,6} {1e3 * kind.ForwardSeconds,11:F2} {1e3 * kind.BackwardSeconds,12:F2} "
                + $"{kind.Seconds / sum,6:P0}{arithmetic}";
        }
    }

    private static IEnumerable<string> Convolutions(SpeedReport report)
    {
        yield return $"{"convolution",-18} {"pass",-15} {"algorithm",-9} {"ms",8} {"GFLOP/s",8} {"peak",6}";
        foreach (var row in report.Convolutions)
            yield return $"{Shape(row.Shape),-18} {Name(row.Pass),-15} {row.Algorithm,-9} {1e3 * row.Seconds,8:F2} {row.Gflops,8:F1} "
                + $"{row.PeakShare,6:P0}";
    }

    /// <summary>A convolution as "32x32x16-32 3x3/2": its input, its output channels, its kernel and its stride.</summary>
    public static string Shape(ConvolutionShape shape) =>
        $"{shape.InputHeight}x{shape.InputWidth}x{shape.InputChannels}-{shape.OutputChannels} {shape.KernelHeight}x{shape.KernelWidth}"
        + (shape.Stride > 1 ? $"/{shape.Stride}" : "");

    /// <summary>A pass in words.</summary>
    public static string Name(ConvolutionPass pass) => pass switch
    {
        ConvolutionPass.Forward => "forward",
        ConvolutionPass.DataGradient => "data gradient",
        _ => "weight gradient",
    };
}
