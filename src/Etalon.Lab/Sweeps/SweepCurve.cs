using Etalon.Lab.Numerics;
using Etalon.Lab.Runs;

namespace Etalon.Lab.Sweeps;

/// <summary>A metric of a configuration over the updates.</summary>
/// <param name="Updates">The updates done; those at which all its trials have the metric.</param>
/// <param name="Means">Its mean over seeds there.</param>
internal sealed record SweepCurve(IReadOnlyList<double> Updates, IReadOnlyList<SampleMean> Means)
{
    /// <summary>Reads the metrics of a configuration's trials that are done.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="row">The configuration; at least one of its trials is done.</param>
    /// <exception cref="InputException">A file of metrics is damaged.</exception>
    public static SweepCurve Of(SweepMetric metric, SweepRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var trials = row.Scores.Select(score => MetricsFile.With(metric.Name, score.Metrics)
            .ToDictionary(line => line["step"] + 1, line => line[metric.Name])).ToList();
        double[] updates = [.. trials[0].Keys.Where(update => trials.All(trial => trial.ContainsKey(update))).Order()];
        return new SweepCurve(updates, [.. updates.Select(update => metric.MeanOf(trials.Select(trial => trial[update])))]);
    }
}
