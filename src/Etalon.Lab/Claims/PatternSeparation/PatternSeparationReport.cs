using Etalon.Lab.Charts;
using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.PatternSeparation;

/// <summary>What <see cref="PatternSeparationExperiment"/> found, as a table and a picture.</summary>
/// <param name="Arms">What each arm gave.</param>
internal sealed record PatternSeparationReport(IReadOnlyList<ArmResult> Arms)
{
    // How many standard deviations away a figure may be to count as the same.
    private const double Allowed = 3;

    private static readonly (string Name,
        string Title)[] Metrics = [(RunMetrics.Simple, "simple"), (RunMetrics.Complex, "complex"), (RunMetrics.Noisy, "noisy, fit")];

    /// <summary>All arms beside the figures to compare with, and the caveats that they show, as Markdown.</summary>
    public IEnumerable<string> Table
    {
        get
        {
            double[] distances = [.. Arms.SelectMany(
                result => result.Arm.Reference.Select(point => point.DistanceTo(result.At(point.Metric, point.Epoch))))];
            return
            [
                "| arm | epoch | simple | complex | noisy, fit | reference: simple, complex, noisy | standard deviations away |",
                "|---|---:|---|---|---|---|---|",
                .. Arms.SelectMany(result => Epochs(result).Select(epoch => Row(result, epoch))),
                "",
                $"{distances.Count(distance => distance <= Allowed)} of {distances.Length} reference figures are within {Allowed} "
                + $"standard deviations.",
                "",
                .. Caveats.Select(caveat => $"- {caveat}"),
            ];
        }
    }

    /// <summary>
    /// Mean curves over the seeds: the accuracy on simple and complex patterns and the fit of the noisy images, for the decayed rate and
    /// two constants.
    /// </summary>
    public Chart Picture
    {
        get
        {
            string[] names = [PatternArms.EasyDecayed, PatternArms.EasySmall, PatternArms.EasyLarge];
            var arms = names.Select(Find).OfType<ArmResult>().ToList();
            return new Chart("PS10: what is learned before and after the decay (accuracy, mean of the seeds)", "epoch",
                [.. ArmCurves.Panels(arms, Metrics, height: 170)])
            {
                Legend = [.. arms.Select(arm => arm.Arm.Title.Split(": ")[1])],
            };
        }
    }

    /// <summary>Each arm's metrics in the end, for each seed.</summary>
    public object Measurements => ArmCurves.Final(Arms, Metrics, PatternSeparationExperiment.Epochs);

    private IEnumerable<string> Caveats
    {
        get
        {
            if (Find(PatternArms.HardMedium) is { } medium && Find(PatternArms.HardDecayedLate) is { } late)
                yield return $"σ 1: constant 0.1 stopped after 20 epochs has {medium.At(RunMetrics.Complex, 20)} on complex patterns "
                    + $"with {medium.At(RunMetrics.Noisy, 20)} of the noise memorized, the decayed rate "
                    + $"{late.At(RunMetrics.Complex, 40)}: memorizing is not the whole story.";
            if (Find(PatternArms.HardDecayed) is { } early && Find(PatternArms.HardDecayedLate) is { } second)
                yield return $"σ 1: with stages of 10 epochs after the decay {early.At(RunMetrics.Noisy, 40)} of the noise is memorized, "
                    + $"with 5 {second.At(RunMetrics.Noisy, 40)}: the length of the stages decides it.";
        }
    }

    // Null where it was not run.
    private ArmResult? Find(string name) => Arms.FirstOrDefault(result => result.Arm.Name == name);

    private static IEnumerable<int> Epochs(ArmResult result) =>
        result.Arm.Reference.Count > 0
            ? result.Arm.Reference.Select(point => point.Epoch).Distinct() : [PatternSeparationExperiment.Epochs];

    private static string Row(ArmResult result, int epoch)
    {
        var points = Metrics.Select(
            metric => result.Arm.Reference.FirstOrDefault(point => point.Metric == metric.Name && point.Epoch == epoch))
            .OfType<ReferencePoint>().ToList();
        string measured = string.Join(" | ", Metrics.Select(metric => result.At(metric.Name, epoch)));
        string reference = string.Join(", ",
            points.Select(point => point.Deviation is { } deviation ? $"{point.Value:0.000} ± {deviation:0.000}" : $"{point.Value:0.000}"));
        return $"| {result.Arm.Title} | {epoch} | {measured} | {reference} | "
            + $"{string.Join(", ", points.Select(point => Distance(point, result)))} |";
    }

    private static string Distance(ReferencePoint point, ArmResult result) =>
        point.DistanceTo(result.At(point.Metric, point.Epoch)) is var distance && distance <= Allowed
            ? $"{distance:0.0}" : $"**{distance:0.0}**";
}
