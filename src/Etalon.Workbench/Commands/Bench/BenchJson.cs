using System.Text.Json;
using System.Text.Json.Nodes;
using Etalon.Lab.Benchmarks;

namespace Etalon.Workbench.Commands;

/// <summary>What <c>bench --json</c> prints.</summary>
internal static class BenchJson
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static void Write(SpeedReport report, TextWriter output) => output.WriteLine(new JsonObject
    {
        ["model"] = report.Model.Name,
        ["norm"] = Word(report.Model.Norm),
        ["precision"] = Word(report.Precision),
        ["convolution"] = Word(report.Model.Convolution),
        ["batch"] = report.Batch,
        ["threads"] = report.Threads,
        ["rounds"] = report.Rounds,
        ["images_per_second"] = report.ImagesPerSecond,
        ["step_seconds"] = report.StepSeconds,
        ["step_gflops"] = report.StepOperations / report.StepSeconds * 1e-9,
        ["evaluation_seconds"] = report.EvaluationSeconds,
        ["monitors"] = report.Monitors is { } monitors ? Monitors(monitors) : null,
        ["peak_gflops"] = report.Peak,
        ["one_core_peak_gflops"] = report.OneCorePeak,
        ["peak_is_too_low"] = report.IsPeakTooLow,
        ["vector_bits"] = report.VectorBits,
        ["caches"] = new JsonArray([.. report.Caches.Select(cache => JsonValue.Create(cache))]),
        ["peak_memory_bytes"] = report.PeakBytes,
        ["network_memory_bytes"] = report.NetworkBytes,
        ["layer_kinds"] = new JsonArray([.. report.LayerKinds.Select(Kind)]),
        ["convolutions"] = new JsonArray([.. report.Convolutions.Select(Convolution)]),
    }.ToJsonString(Indented));

    private static JsonObject Monitors(MonitorCost cost) => new JsonObject
    {
        ["reading_seconds"] = cost.ReadingSeconds,
        ["reading_every"] = cost.ReadingEvery,
        ["noise_seconds"] = cost.NoiseSeconds,
        ["noise_every"] = cost.NoiseEvery,
        ["share"] = cost.Share,
    };

    private static JsonNode Kind(LayerKindSpeed kind) => new JsonObject
    {
        ["kind"] = kind.Kind,
        ["layers"] = kind.Layers,
        ["forward_seconds"] = kind.ForwardSeconds,
        ["backward_seconds"] = kind.BackwardSeconds,
        ["gflops"] = (kind.ForwardOperations + kind.BackwardOperations) / kind.Seconds * 1e-9,
    };

    private static JsonNode Convolution(ConvolutionPassSpeed row) => new JsonObject
    {
        ["shape"] = BenchText.Shape(row.Shape),
        ["pass"] = BenchText.Name(row.Pass),
        ["algorithm"] = row.Algorithm,
        ["seconds"] = row.Seconds,
        ["gflops"] = row.Gflops,
        ["peak_share"] = row.PeakShare,
    };

    private static string Word<TEnum>(TEnum value) where TEnum : struct, Enum => value.ToString().ToLowerInvariant();
}
