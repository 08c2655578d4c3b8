using Etalon.Lab.Reports;

namespace Etalon.Lab.Experiments;

/// <summary>A <see cref="NoisyLabelsReport"/> as Markdown and as a chart.</summary>
public static class NoisyLabelsText
{
    private static readonly (string Name, string Title)[] Metrics =
    [
        (NoisyLabelsReport.Memorized, "memorized"), (NoisyLabelsReport.Corrected, "corrected"), (NoisyLabelsReport.Clean, "clean"), (NoisyLabelsReport.Test, "test"),
    ];

    /// <summary>The metrics of the table.</summary>
    internal static IReadOnlyList<string> MetricNames { get; } = [.. Metrics.Select(metric => metric.Name)];

    /// <summary>The verdict on each of the two claims.</summary>
    public static IEnumerable<string> Verdicts(NoisyLabelsReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        yield return "| claim | supported here |";
        yield return "|---|---|";
        yield return $"| C4: a large initial rate suppresses memorizing | {Verdict(report.SuppressionChecks)} |";
        yield return $"| C5: its decay brings what is harder to learn | {Verdict(report.DecayChecks)} |";
    }

    /// <summary>All arms in the middle and at the end of the first stage, after the first evaluation behind the decay, and after each later stage, and what is to be said about them.</summary>
    public static IEnumerable<string> Table(NoisyLabelsReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        int stage = report.Experiment.FirstStage, end = report.Experiment.Epochs;
        foreach (string line in ArmCurves.Table(report.Arms, Metrics, [.. new[] { stage / 2 / 2 * 2, stage, stage + 2, (stage + end) / 4 * 2, end }.Distinct()])) yield return line;
        yield return "";
        var decayed = report.Arms[0];
        foreach (var (name, title) in Metrics.Take(2))
            yield return $"- After the decay {title} goes from {decayed.At(name, stage)} to {decayed.At(name, end)}: {decayed.At(name, end).Minus(decayed.At(name, stage)).Mean:+0.000;-0.000}.";
        yield return $"- Stopped where its test accuracy was best, which no one knows beforehand: {string.Join("; ", report.Arms.Select(Best))}.";
    }

    /// <summary>Mean curves over the seeds, and the rate.</summary>
    public static Chart Chart(NoisyLabelsReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return new Chart(
            $"{report.Experiment.Set} with wrong labels: shares of the images (mean of the seeds)", "epoch",
            [.. ArmCurves.Panels(report.Arms, Metrics, height: 130), .. ArmCurves.Panels(report.Arms, [("lr", "rate")], height: 90)])
        {
            Legend = [.. report.Arms.Select(arm => arm.Arm.Title)],
        };
    }

    private static string Verdict(IReadOnlyList<ExperimentCheck> checks)
    {
        int held = checks.Count(check => check.Holds);
        return $"{(held == checks.Count ? "yes" : held == 0 ? "no" : "in part")}: {held} of {checks.Count} checks";
    }

    private static string Best(ArmResult arm)
    {
        var best = arm.Curves(NoisyLabelsReport.Test).Select(curve => curve.MaxBy(point => point.Value)).ToList();
        return $"{arm.Arm.Title} {new SeedSample([.. best.Select(point => point.Value)])} (epochs {string.Join(", ", best.Select(point => $"{point.Epoch:0}"))})";
    }
}
