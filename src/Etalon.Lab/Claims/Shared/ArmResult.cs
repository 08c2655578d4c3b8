using Etalon.Lab.Runs;

namespace Etalon.Lab.Claims.Shared;

/// <summary>What the runs of an arm gave, a run for each seed.</summary>
/// <param name="Arm">The setting.</param>
/// <param name="Runs">Its runs.</param>
internal sealed record ArmResult(ExperimentArm Arm, IReadOnlyList<RunSummary> Runs)
{
    /// <summary>What the arm of a name gave.</summary>
    public static ArmResult Named(string name, IEnumerable<ArmResult> results) => results.Single(result => result.Arm.Name == name);

    /// <summary>A metric after an epoch, for each seed.</summary>
    /// <exception cref="InputException">A run has no such metric then: its data have no such tags, or it diverged before.</exception>
    public SeedSample At(string metric, double epoch) => new([.. Runs.Select(run => Find(run, metric, epoch))]);

    /// <summary>A metric over the epochs, for each seed.</summary>
    /// <exception cref="InputException">A run never had the metric.</exception>
    public IReadOnlyList<IReadOnlyList<(double Epoch, double Value)>> Curves(string metric) =>
        [.. Runs.Select(
            run => run.Metrics.Where(line => line.ContainsKey(metric)).Select(line => (line["epoch"], line[metric]))
                .ToList() is { Count: > 0 } curve ? curve : throw Missing(run, metric))];

    /// <summary>The mean of a metric over the seeds, by epoch.</summary>
    public (IReadOnlyList<double> Epochs, IReadOnlyList<double> Means) MeanCurve(string metric)
    {
        var curves = Curves(metric);
        int points = curves.Min(curve => curve.Count);
        return ([.. Enumerable.Range(0, points).Select(i => curves[0][i].Epoch)],
            [.. Enumerable.Range(0, points).Select(i => curves.Average(curve => curve[i].Value))]);
    }

    /// <summary>
    /// J: the best of a metric after an epoch minus the best up to it; of a loss the other way round, so that above 0 is better after it.
    /// </summary>
    public SeedSample Gain(string metric, int epoch)
    {
        ArgumentNullException.ThrowIfNull(metric);
        int sign = metric.EndsWith("loss", StringComparison.Ordinal) ? -1 : 1;
        return new([.. Curves(metric).Select(curve =>
            curve.Where(point => point.Epoch > epoch).Max(point => sign * point.Value)
                - curve.Where(point => point.Epoch <= epoch).Max(point => sign * point.Value))]);
    }

    private static double Find(RunSummary run, string metric, double epoch) =>
        run.Metrics.FirstOrDefault(line => line.ContainsKey(metric) && Math.Abs(line["epoch"] - epoch) < 1e-9) is { } line
            ? line[metric] : throw Missing(run, metric);

    private static InputException Missing(RunSummary run, string metric) =>
        new($"{run.Path}: has no {metric} where the experiment reads it; a group's metrics need data with tags (ps10, label_noise or "
            + $"patches), and a run that reached that epoch");
}
