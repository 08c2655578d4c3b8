using System.Text.RegularExpressions;

namespace Etalon.Lab.Runs;

/// <summary>Whether two runs of one recipe ended with the same bytes: weights, statistics, optimizer state, counters and metrics.</summary>
internal sealed partial class RunComparison
{
    // Time is the machine's doing; the place in the metrics file follows the digits of the speed. The seals cover both, and a fork's origin
    // says where its parent lies.
    private static readonly HashSet<string> OfTheClock =
        ["seconds", "training_seconds", "metrics_bytes", CheckpointSeal.HeaderKey, RunIdentity.OriginKey];

    private readonly List<string> _differences = [];

    private RunComparison(string one, string two)
    {
        CompareStates(one, two);
        CompareMetrics(Path.Combine(one, RunFolder.MetricsName), Path.Combine(two, RunFolder.MetricsName));
    }

    /// <summary>What differs, a sentence each; none where the runs are the same.</summary>
    public IReadOnlyList<string> Differences => _differences;

    /// <summary>Bytes of tensors that were compared.</summary>
    public long TensorBytes { get; private set; }

    /// <summary>Lines of metrics that were compared.</summary>
    public int MetricLines { get; private set; }

    /// <summary>Compares the last checkpoints and the metrics of two runs.</summary>
    /// <param name="one">A run's folder.</param>
    /// <param name="two">Another's.</param>
    /// <exception cref="InputException">One has no good checkpoint.</exception>
    public static RunComparison Of(string one, string two) => new(one, two);

    private void CompareStates(string one, string two)
    {
        using var first = OpenLast(one);
        using var second = OpenLast(two);
        foreach (string key in first.Metadata.Keys.Union(second.Metadata.Keys).Where(key => !OfTheClock.Contains(key)))
        {
            string? was = first.Metadata.GetValueOrDefault(key), now = second.Metadata.GetValueOrDefault(key);
            if (was != now) _differences.Add($"{key} is {was ?? "not there"} in {first.Path}, {now ?? "not there"} in {second.Path}");
        }
        TensorBytes = first.TensorBytes;
    }

    private static Checkpoint OpenLast(string run)
    {
        List<string> notes = [];
        var last = CheckpointChoice.Last(run, notes) ?? throw new InputException($"{run} has no checkpoint");
        if (notes.Count == 0) return last;
        last.Dispose();
        throw new InputException(notes);
    }

    private void CompareMetrics(string one, string two)
    {
        string[] first = WithoutSpeed(one), second = WithoutSpeed(two);
        MetricLines = first.Length;
        if (first.Length != second.Length) _differences.Add($"{one} has {first.Length} lines, {two} {second.Length}");
        for (int i = 0; i < Math.Min(first.Length, second.Length); i++)
        {
            if (first[i] == second[i]) continue;
            _differences.Add($"line {i + 1} is {first[i]} in {one}, {second[i]} in {two}");
            return;
        }
    }

    private static string[] WithoutSpeed(string metrics) =>
        Speed().Replace(RunFile.Text(metrics), "").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(",\"images_per_second\":[^,}]*")]
    private static partial Regex Speed();
}
