using Etalon.Lab.Runs;

namespace Etalon.Lab.Sweeps;

/// <summary>The metric of a sweep in a trial that is done.</summary>
/// <param name="Seed">The trial's seed.</param>
/// <param name="TrialId">The trial.</param>
/// <param name="Metrics">The file of its metrics.</param>
/// <param name="Value">The value that counts.</param>
/// <param name="Last">The last of all values.</param>
/// <param name="Best">The best of all values.</param>
internal sealed record TrialScore(ulong Seed, string TrialId, string Metrics, double Value, double Last, double Best)
{
    private const int MostNamed = 20;

    // Every evaluation has it.
    private const string TestLoss = "test/loss";

    /// <summary>The score of a trial.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="trial">The trial, which is done.</param>
    /// <exception cref="InputException">The trial has no such metric, or none after that number of updates.</exception>
    internal static TrialScore Of(SweepMetric metric, TrialState trial)
    {
        var values = ValuesOf(metric, trial);
        var value = metric.Moment switch
        {
            MetricMoment.Last => values.Last,
            MetricMoment.Best => values.Best,
            _ => values.AtStep!.Value,
        };
        string metrics = Path.Combine(trial.Path, RunFolder.MetricsName);
        return new TrialScore(trial.Trial.Recipe.Seed, trial.Trial.Id, metrics, value, values.Last, values.Best);
    }

    /// <summary>The metric after a number of updates, or the best up to there; null where it is not measured there yet.</summary>
    /// <exception cref="InputException">The trial has come there without it.</exception>
    internal static double? AtRung(SweepMetric metric, TrialState trial, long rung)
    {
        if (trial.Updates < rung) return null;
        string file = Path.Combine(trial.Path, RunFolder.MetricsName);
        var lines = MetricsFile.With(metric.Name, file);
        // Test and fit stand in one line: one that is there without the metric has none, and the trial would wait for it without end.
        if (lines.Count == 0 && (trial.Updates > rung || MetricsFile.With(TestLoss, file).Any(line => DoneBy(line) == rung)))
            throw new InputException(Unknown(metric, trial, file));
        // A trial that trains may have done the update, and not the evaluation after it.
        if (!lines.Any(line => DoneBy(line) == rung)) return null;
        var values = lines.Where(line => DoneBy(line) <= rung).Select(line => line[metric.Name]);
        return metric.Moment == MetricMoment.Last ? values.Last() : BestOf(values, metric);
    }

    private static (double Last, double Best, double? AtStep) ValuesOf(SweepMetric metric, TrialState trial)
    {
        // The result has these, so that a table of thousands of trials reads no metrics.
        if (metric is { Name: SweepMetric.TestAccuracy, Moment: not MetricMoment.Step, IsHigherBetter: true }
            && trial.Result is { TestAccuracy: { } last, BestTestAccuracy: { } best }) return (last, best, null);
        string file = Path.Combine(trial.Path, RunFolder.MetricsName);
        var lines = MetricsFile.With(metric.Name, file);
        if (lines.Count == 0) throw new InputException(Unknown(metric, trial, file));
        var values = lines.Select(line => line[metric.Name]).ToList();
        double? atStep = null;
        if (metric.Moment == MetricMoment.Step)
        {
            var line = lines.FirstOrDefault(line => DoneBy(line) == metric.Step);
            atStep = line is null ? throw new InputException(Missing(metric, trial, lines)) : line[metric.Name];
        }
        return (values[^1], BestOf(values, metric), atStep);
    }

    // NaN where none is finite.
    private static double BestOf(IEnumerable<double> values, SweepMetric metric)
    {
        var finite = values.Where(double.IsFinite).DefaultIfEmpty(double.NaN);
        return metric.IsHigherBetter ? finite.Max() : finite.Min();
    }

    // A line's step is the 0-based number of the update before it.
    private static double DoneBy(IReadOnlyDictionary<string, double> line) => line["step"] + 1;

    private static string Unknown(SweepMetric metric, TrialState trial, string file)
    {
        var names = MetricNames.In(MetricsFile.Read(file));
        string remedy = Recipes.Suggestion.To(metric.Name, names) is { } near ? $"did you mean {near}?" : $"it has {Shown(names)}";
        return $"metric: {trial.Path} has no {metric.Name}; {remedy}";
    }

    private static string Missing(SweepMetric metric, TrialState trial, IReadOnlyList<IReadOnlyDictionary<string, double>> lines) =>
        $"metric.at: {trial.Path} has no {metric.Name} after {metric.Step} updates; it has it after "
        + Shown([.. lines.Select(line => $"{DoneBy(line)}")]);

    private static string Shown(IReadOnlyList<string> words) =>
        string.Join(", ", words.Take(MostNamed)) + (words.Count > MostNamed ? ", ..." : "");

    /// <inheritdoc/>
    public override string ToString() => RecordText.Of(nameof(TrialScore), PrintMembers);
}
