namespace Etalon.Lab.Runs;

/// <summary>The metrics that a run has, for who asks for one that it does not have.</summary>
internal static class MetricNames
{
    private static readonly string[] Places = ["step", "epoch"], First = ["test/", "train/", "fit/"];

    /// <summary>The names, those of losses and accuracies before those of the many monitors.</summary>
    public static IReadOnlyList<string> In(IEnumerable<IReadOnlyDictionary<string, double>> lines) =>
        [.. lines.SelectMany(line => line.Keys).Distinct().Where(name => !Places.Contains(name))
            .OrderBy(name => !First.Any(start => name.StartsWith(start, StringComparison.Ordinal)))];
}
