using Etalon.Lab.Data;

namespace Etalon.Lab.Runs;

/// <summary>The metrics that a run has, for who asks for one that it does not have.</summary>
internal static class MetricNames
{
    private static readonly string[] Places = ["step", "epoch"], First = ["test/", "train/", "fit/"];

    private static readonly string[] Monitors =
    [
        MonitorKeys.Norm, MonitorKeys.GradientSquare, MonitorKeys.Dot, MonitorKeys.Angle, MonitorKeys.BufferDot, MonitorKeys.BufferWeight,
        MonitorKeys.UpdateSquare, MonitorKeys.UpdateDot, MonitorKeys.EffectiveRate, MonitorKeys.Residual, MonitorKeys.Noise,
        MonitorKeys.Signal,
    ];

    /// <summary>The names that a run of any recipe has.</summary>
    public static IReadOnlyList<string> OfEveryRun { get; } =
    [
        "test/accuracy", "test/loss", "train/loss", "train/accuracy", "lr", "weight_decay", "momentum", "images_per_second",
    ];

    // Those of data with tags, of equivalents, and of runs that measure weights.
    private static readonly HashSet<string> OfSomeRuns =
    [
        "fit/loss", "fit/accuracy", "log_scale",
        .. new[] { "test/", "fit/" }.SelectMany(split => new[]
        {
            "accuracy/" + ExampleGroup.Simple, "accuracy/" + ExampleGroup.Complex, "accuracy/" + ExampleGroup.Noisy,
            "accuracy/" + ExampleGroup.Clean, "accuracy/" + ExampleGroup.Patched, "accuracy/" + ExampleGroup.Plain,
            "memorized", "corrected",
        }.Select(name => split + name)),
    ];

    /// <summary>Whether some recipe's run has a metric of this name.</summary>
    public static bool MayBe(string name) => OfEveryRun.Contains(name) || OfSomeRuns.Contains(name)
        || Monitors.Any(start => name.Length > start.Length && name.StartsWith(start, StringComparison.Ordinal));

    /// <summary>What to write for a name that no run has.</summary>
    public static string RemedyOf(string name) => Recipes.Suggestion.To(name, [.. OfEveryRun, .. OfSomeRuns]) is { } near
        ? $"did you mean {near}?"
        : $"it has {string.Join(", ", OfEveryRun)}; runs that measure weights also have {MonitorKeys.Norm}GROUP and its like";

    /// <summary>The names, those of losses and accuracies before those of the many monitors.</summary>
    public static IReadOnlyList<string> In(IEnumerable<IReadOnlyDictionary<string, double>> lines) =>
        [.. lines.SelectMany(line => line.Keys).Distinct().Where(name => !Places.Contains(name))
            .OrderBy(name => !First.Any(start => name.StartsWith(start, StringComparison.Ordinal)))];
}
