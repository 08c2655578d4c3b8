using Etalon.Lab.Numerics;

namespace Etalon.Lab.Sweeps;

/// <summary>
/// What a sweep found: its configurations with the metric's mean over seeds, best first, and the first of them compared with each of
/// the others.
/// </summary>
internal sealed record SweepTable
{
    /// <summary>The configurations, by their mean, best first; those without a value last.</summary>
    public required IReadOnlyList<SweepRow> Rows { get; init; }

    /// <summary>The first row compared with each that has at least two seeds in common with it, in the order of the rows.</summary>
    public required IReadOnlyList<PairedComparison> Comparisons { get; init; }

    /// <summary>Reads the trials that are done.</summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="folder">Its folder.</param>
    /// <exception cref="InputException">A trial does not have the metric.</exception>
    public static SweepTable Of(Sweep sweep, SweepFolder folder)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        ArgumentNullException.ThrowIfNull(folder);
        var states = folder.Trials.ToDictionary(state => state.Trial.Id);
        var halving = folder.Halving;
        var rows = sweep.Configurations.Select(configuration =>
            SweepRow.Of(sweep.Metric, configuration, states) with { StoppedAfter = halving?.StoppedAfter(configuration) });
        // A stable sort: equal means keep the order of the file. Who came farther stands higher.
        var sorted = rows.OrderBy(row => row.Value is null).ThenByDescending(row => row.StoppedAfter ?? 0).ThenBy(row =>
            (sweep.Metric.IsHigherBetter ? -1 : 1) * (row.Value?.Mean ?? 0)).ToList();
        return new SweepTable { Rows = sorted, Comparisons = PairedComparison.OfFirst(sorted) };
    }
}

/// <summary>A configuration with its scores.</summary>
internal sealed record SweepRow
{
    /// <summary>The configuration.</summary>
    public required SweepConfiguration Configuration { get; init; }

    /// <summary>The scores of its trials that are done, in the order of the seeds; without those that are no number.</summary>
    public required IReadOnlyList<TrialScore> Scores { get; init; }

    /// <summary>How many of its trials diverged; they are part of no mean.</summary>
    public required int Diverged { get; init; }

    /// <summary>How many of its trials are done, and have a metric that is not finite; they are part of no mean.</summary>
    public required int NotFinite { get; init; }

    /// <summary>The updates after which halving stopped it; null where it did not.</summary>
    public long? StoppedAfter { get; init; }

    /// <summary>How many of its trials have neither trained to the end nor diverged.</summary>
    public int Missing => Configuration.Trials.Count - Scores.Count - Diverged - NotFinite;

    /// <summary>The value that counts, over seeds; null where no trial is done.</summary>
    public SampleMean? Value { get; private init; }

    /// <summary>The last value, over seeds.</summary>
    public SampleMean? Last { get; private init; }

    /// <summary>The best value of each trial, over seeds.</summary>
    public SampleMean? Best { get; private init; }

    internal static SweepRow Of(SweepMetric metric, SweepConfiguration configuration, Dictionary<string, TrialState> states)
    {
        var trials = configuration.Trials.Select(trial => states[trial.Id]).ToList();
        var all = trials.Where(trial => trial.Status == TrialStatus.Done).Select(trial => TrialScore.Of(metric, trial)).ToList();
        // No order of rows has a place for what is no number.
        var scores = all.FindAll(score => double.IsFinite(score.Value));
        return new SweepRow
        {
            Configuration = configuration,
            Scores = scores,
            Diverged = trials.Count(trial => trial.Status == TrialStatus.Diverged),
            NotFinite = all.Count - scores.Count,
            Value = MeanOf(metric, scores, score => score.Value),
            Last = MeanOf(metric, scores, score => score.Last),
            Best = MeanOf(metric, scores, score => score.Best),
        };
    }

    private static SampleMean? MeanOf(SweepMetric metric, List<TrialScore> scores, Func<TrialScore, double> value) =>
        scores.Count == 0 ? null : metric.MeanOf(scores.Select(value));

    /// <inheritdoc/>
    public override string ToString() => RecordText.Of(nameof(SweepRow), PrintMembers);
}
