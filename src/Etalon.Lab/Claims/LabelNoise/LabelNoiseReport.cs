using Etalon.Lab.Charts;
using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.LabelNoise;

/// <summary>What <see cref="LabelNoiseExperiment"/> found, as tables and a picture.</summary>
/// <param name="Experiment">What was run.</param>
/// <param name="Arms">What each arm gave, in the order of tables and pictures.</param>
internal sealed record LabelNoiseReport(LabelNoiseExperiment Experiment, IReadOnlyList<ArmResult> Arms)
{
    internal const string Memorized = "fit/memorized", Corrected = "fit/corrected", Clean = "fit/accuracy/clean",
        Test = RunMetrics.TestAccuracy;

    private static readonly (string Name,
        string Title)[] Metrics = [(Memorized, "memorized"), (Corrected, "corrected"), (Clean, "clean"), (Test, "test")];

    /// <summary>The verdict on each of the two claims, as Markdown.</summary>
    /// <param name="suppression">What must hold for C4.</param>
    /// <param name="decay">What must hold for C5.</param>
    public static IEnumerable<string> Verdicts(IReadOnlyList<ClaimCheck> suppression, IReadOnlyList<ClaimCheck> decay) =>
    [
        "| claim | supported here |",
        "|---|---|",
        $"| C4: a large initial rate suppresses memorizing | {Verdict(suppression)} |",
        $"| C5: its decay brings what is harder to learn | {Verdict(decay)} |",
    ];

    /// <summary>
    /// All arms in the middle and at the end of the first stage, after the first evaluation behind the decay, and after each later stage,
    /// and remarks on them.
    /// </summary>
    public IEnumerable<string> Table
    {
        get
        {
            int stage = Experiment.FirstStage, end = Experiment.Epochs;
            var (decayed, large, _, _) = RateArms.Of(Arms);
            return
            [
                .. ArmCurves.Table(Arms, Metrics,
                    [.. new[] { stage / 2 / 2 * 2, stage, stage + 2, (stage + end) / 4 * 2, end }.Distinct()]),
                "",
                .. Metrics.Take(2).Select(metric => Change(decayed, metric.Name, metric.Title)),
                $"- J in test accuracy, the best after epoch {stage} less the best up to it: {decayed.Gain(Test, stage)}; at "
                + $"{large.Arm.Title}, which does not fall, {large.Gain(Test, stage)}.",
                $"- Stopped where its test accuracy was best, which no one knows beforehand: {string.Join("; ", Arms.Select(Best))}.",
            ];
        }
    }

    /// <summary>Mean curves over the seeds, and the rate.</summary>
    public Chart Picture => new(
        $"{Experiment.Set} with wrong labels: shares of the images (mean of the seeds)", "epoch",
        [.. ArmCurves.Panels(Arms, Metrics, height: 130), ArmCurves.RatePanel(Arms)])
    {
        Legend = [.. Arms.Select(arm => arm.Arm.Title)],
    };

    /// <summary>Each arm's metrics in the end, for each seed.</summary>
    public object Measurements => ArmCurves.Final(Arms, Metrics, Experiment.Epochs);

    private string Change(ArmResult arm, string metric, string title)
    {
        SeedSample before = arm.At(metric, Experiment.FirstStage), after = arm.At(metric, Experiment.Epochs);
        return $"- After the decay {title} goes from {before} to {after}: {after.Minus(before).Mean:+0.000;-0.000}.";
    }

    private static string Verdict(IReadOnlyList<ClaimCheck> checks)
    {
        int held = checks.Count(check => check.Holds);
        return $"{(held == checks.Count ? "yes" : held == 0 ? "no" : "in part")}: {held} of {checks.Count} checks";
    }

    private static string Best(ArmResult arm)
    {
        var best = arm.Curves(Test).Select(curve => curve.MaxBy(point => point.Value)).ToList();
        return $"{arm.Arm.Title} {new SeedSample([.. best.Select(point => point.Value)])} (epochs "
            + $"{string.Join(", ", best.Select(point => $"{point.Epoch:0}"))})";
    }
}
