using Etalon.Lab.Charts;
using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.PatternSeparation;

/// <summary>A <see cref="PatternSeparationReport"/> as Markdown and as a chart.</summary>
public static class PatternSeparationText
{
    /// <summary>How many standard deviations away a figure may be to count as the same.</summary>
    private const double Allowed = 3;

    private static readonly (string Name, string Title)[] Metrics = [(RunMetrics.Simple, "simple"), (RunMetrics.Complex, "complex"), (RunMetrics.Noisy, "noisy, fit")];

    /// <summary>The metrics of the table.</summary>
    internal static IReadOnlyList<string> MetricNames { get; } = [.. Metrics.Select(metric => metric.Name)];

    /// <summary>All arms beside the figures to compare with, and the caveats that they show, as Markdown.</summary>
    public static IEnumerable<string> Table(PatternSeparationReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        yield return "| arm | epoch | simple | complex | noisy, fit | reference: simple, complex, noisy | standard deviations away |";
        yield return "|---|---:|---|---|---|---|---|";
        foreach (var result in report.Arms)
            foreach (int epoch in Epochs(result)) yield return Row(result, epoch);
        yield return "";
        var distances = Distances(report).ToList();
        yield return $"{distances.Count(distance => distance <= Allowed)} of {distances.Count} reference figures are within {Allowed} standard deviations.";
        yield return "";
        foreach (string caveat in Caveats(report)) yield return $"- {caveat}";
    }

    /// <summary>Mean curves over the seeds: the accuracy on simple and complex patterns and the fit of the noisy images, for the decayed rate and two constants.</summary>
    public static Chart Chart(PatternSeparationReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        string[] names = [PatternArms.EasyDecayed, PatternArms.EasySmall, PatternArms.EasyLarge];
        var arms = names.Select(report.Find).OfType<ArmResult>().ToList();
        return new Chart("PS10: what is learned before and after the decay (accuracy, mean of the seeds)", "epoch", [.. ArmCurves.Panels(arms, Metrics, height: 170)])
        {
            Legend = [.. arms.Select(arm => arm.Arm.Title.Split(": ")[1])],
        };
    }

    private static IEnumerable<int> Epochs(ArmResult result) => result.Arm.Reference.Count > 0 ? result.Arm.Reference.Select(point => point.Epoch).Distinct() : [40];

    private static string Row(ArmResult result, int epoch)
    {
        var points = Metrics.Select(metric => result.Arm.Reference.FirstOrDefault(point => point.Metric == metric.Name && point.Epoch == epoch)).OfType<ReferencePoint>().ToList();
        string measured = string.Join(" | ", Metrics.Select(metric => result.At(metric.Name, epoch)));
        string reference = string.Join(", ", points.Select(point => point.Deviation is { } deviation ? $"{point.Value:0.000} ± {deviation:0.000}" : $"{point.Value:0.000}"));
        return $"| {result.Arm.Title} | {epoch} | {measured} | {reference} | {string.Join(", ", points.Select(point => Distance(point, result)))} |";
    }

    private static string Distance(ReferencePoint point, ArmResult result) => point.DistanceTo(result.At(point.Metric, point.Epoch)) is var distance && distance <= Allowed ? $"{distance:0.0}" : $"**{distance:0.0}**";

    private static IEnumerable<double> Distances(PatternSeparationReport report) =>
        report.Arms.SelectMany(result => result.Arm.Reference.Select(point => point.DistanceTo(result.At(point.Metric, point.Epoch))));

    private static IEnumerable<string> Caveats(PatternSeparationReport report)
    {
        if (report.Find(PatternArms.HardMedium) is { } medium && report.Find(PatternArms.HardDecayedLate) is { } late)
            yield return $"σ 1: constant 0.1 stopped after 20 epochs has {medium.At(RunMetrics.Complex, 20)} on complex patterns with {medium.At(RunMetrics.Noisy, 20)} of the noise memorized, the decayed rate {late.At(RunMetrics.Complex, 40)}: memorizing is not the whole story.";
        if (report.Find(PatternArms.HardDecayed) is { } early && report.Find(PatternArms.HardDecayedLate) is { } second)
            yield return $"σ 1: with stages of 10 epochs after the decay {early.At(RunMetrics.Noisy, 40)} of the noise is memorized, with 5 {second.At(RunMetrics.Noisy, 40)}: the length of the stages decides it.";
    }
}
