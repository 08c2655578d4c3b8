using Etalon.Lab.Charts;
using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.LabelNoise;

/// <summary>A <see cref="LabelNoiseReport"/> as Markdown and as a chart.</summary>
public static class LabelNoiseText
{
    private static readonly (string Name, string Title)[] Metrics =
    [
        (LabelNoiseReport.Memorized, "memorized"), (LabelNoiseReport.Corrected, "corrected"), (LabelNoiseReport.Clean, "clean"), (LabelNoiseReport.Test, "test"),
    ];

    /// <summary>The metrics of the table.</summary>
    internal static IReadOnlyList<string> MetricNames { get; } = [.. Metrics.Select(metric => metric.Name)];

    /// <summary>The verdict on each of the two claims.</summary>
    public static IEnumerable<string> Verdicts(LabelNoiseReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        yield return "| claim | supported here |";
        yield return "|---|---|";
        yield return $"| C4: a large initial rate suppresses memorizing | {Verdict(report.SuppressionChecks)} |";
        yield return $"| C5: its decay brings what is harder to learn | {Verdict(report.DecayChecks)} |";
    }

    /// <summary>All arms in the middle and at the end of the first stage, after the first evaluation behind the decay, and after each later stage, and what is to be said about them.</summary>
    public static IEnumerable<string> Table(LabelNoiseReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        int stage = report.Experiment.FirstStage, end = report.Experiment.Epochs;
        foreach (string line in ArmCurves.Table(report.Arms, Metrics, [.. new[] { stage / 2 / 2 * 2, stage, stage + 2, (stage + end) / 4 * 2, end }.Distinct()])) yield return line;
        yield return "";
        var decayed = report.Arms[0];
        foreach (var (name, title) in Metrics.Take(2))
            yield return $"- After the decay {title} goes from {decayed.At(name, stage)} to {decayed.At(name, end)}: {decayed.At(name, end).Minus(decayed.At(name, stage)).Mean:+0.000;-0.000}.";
        SeedSample gain = decayed.Gain(LabelNoiseReport.Test, stage), control = report.Arms[1].Gain(LabelNoiseReport.Test, stage);
        yield return $"- J in test accuracy, the best after epoch {stage} less the best up to it: {gain}; at {report.Arms[1].Arm.Title}, which does not fall, {control}.";
        yield return $"- Stopped where its test accuracy was best, which no one knows beforehand: {string.Join("; ", report.Arms.Select(Best))}.";
    }

    /// <summary>Mean curves over the seeds, and the rate.</summary>
    public static Chart Chart(LabelNoiseReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return new Chart(
            $"{report.Experiment.Set} with wrong labels: shares of the images (mean of the seeds)", "epoch",
            [.. ArmCurves.Panels(report.Arms, Metrics, height: 130), ArmCurves.RatePanel(report.Arms)])
        {
            Legend = [.. report.Arms.Select(arm => arm.Arm.Title)],
        };
    }

    private static string Verdict(IReadOnlyList<ClaimCheck> checks)
    {
        int held = checks.Count(check => check.Holds);
        return $"{(held == checks.Count ? "yes" : held == 0 ? "no" : "in part")}: {held} of {checks.Count} checks";
    }

    private static string Best(ArmResult arm)
    {
        var best = arm.Curves(LabelNoiseReport.Test).Select(curve => curve.MaxBy(point => point.Value)).ToList();
        return $"{arm.Arm.Title} {new SeedSample([.. best.Select(point => point.Value)])} (epochs {string.Join(", ", best.Select(point => $"{point.Epoch:0}"))})";
    }
}
