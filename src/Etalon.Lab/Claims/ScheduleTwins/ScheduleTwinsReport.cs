using Etalon.Lab.Charts;
using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Verifications;
using Etalon.Numerics;

namespace Etalon.Lab.Claims.ScheduleTwins;

/// <summary>What <see cref="ScheduleTwinsExperiment"/> found.</summary>
/// <param name="Experiment">What was run.</param>
/// <param name="Identities">The pairs in float64.</param>
/// <param name="Arms">The whole runs; empty where there are none.</param>
internal sealed record ScheduleTwinsReport(
    ScheduleTwinsExperiment Experiment, IReadOnlyList<(TwinCase Pair, Identity Identity)> Identities, IReadOnlyList<ArmResult> Arms)
{
    internal const string Own = "own", Twin = "twin", Control = "control";

    private static readonly (string Name, string Title)[] Metrics =
        [(EpochCurves.TrainAccuracy, "training accuracy"), (RunMetrics.TestAccuracy, "test accuracy"),
            (EpochCurves.Angle, "angle an update")];

    /// <summary>ln of the rate that the twin uses after each epoch, and ln of the norm of its weights, the mean of the seeds.</summary>
    public (double[] Rate, double[] Norm) Growth
    {
        get
        {
            var twin = ArmResult.Named(Twin, Arms);
            double[] scale = EpochCurves.Mean(EpochCurves.Of(twin, "log_scale")), rate = EpochCurves.Mean(EpochCurves.Of(twin, "lr")),
                norm = EpochCurves.Mean(EpochCurves.Of(twin, EpochCurves.Norm));
            return ([.. scale.Zip(rate, (s, r) => 2 * s + Elementary.Log(r))], [.. scale.Zip(norm, (s, n) => s + Elementary.Log(n))]);
        }
    }

    /// <summary>The identities, and the accuracies in the end, as Markdown.</summary>
    public IEnumerable<string> Tables
    {
        get
        {
            yield return "## Identity in float64";
            yield return "";
            yield return "| pair | form | updates | outputs | rounding alone | control |";
            yield return "|---|---|---:|---:|---:|---:|";
            foreach (var (pair, identity) in Identities)
                yield return $"| {pair.Title} | {pair.FormName} | {identity.Updates} | {Show(identity.Outputs)} "
                    + $"| {Show(identity.Rounding)} | "
                    + $"{Show(identity.Control)} |";
            if (Arms.Count == 0) yield break;
            yield return "";
            yield return $"## Whole runs in float32, mean and deviation over {Experiment.Seeds} seeds";
            yield return "";
            int epochs = EpochCurves.Of(Arms[0], EpochCurves.TrainAccuracy).Min(curve => curve.Length);
            yield return $"| arm | epoch | {string.Join(" | ", Metrics.Select(metric => metric.Title))} |";
            yield return $"|---|---:|{string.Concat(Metrics.Select(_ => "---|"))}";
            foreach (var arm in Arms)
                foreach (int epoch in (int[])[epochs / 4, epochs / 2, epochs])
                    yield return $"| {arm.Arm.Title} | {epoch} | "
                        + $"{string.Join(" | ", Metrics.Select(metric => EpochCurves.At(arm, metric.Name, epoch)))} |";
        }
    }

    /// <summary>The curves of the arms, and how rate and norm grow; null for identities alone.</summary>
    public Chart? Picture
    {
        get
        {
            if (Arms.Count == 0) return null;
            var (rate, norm) = Growth;
            double[] epochs = [.. Enumerable.Range(1, rate.Length).Select(epoch => (double)epoch)];
            return new Chart($"{Experiment.Runs!.Title}, and its twin without decay (mean of {Experiment.Seeds} seeds)", "epoch",
            [
                .. Metrics.Select(metric => new ChartPanel(metric.Title, [.. Arms.Select((arm, color) => Line(arm, metric.Name, color))])
                { Height = 150 }),
                new ChartPanel("log₁₀, twin",
                [
                    new("rate", epochs, [.. rate.Select(Decades)]) { Color = Arms.Count },
                    new("|w|", epochs, [.. norm.Select(Decades)]) { Color = Arms.Count + 1 },
                ]) { Height = 150 },
            ])
            {
                Legend = [.. Arms.Select(arm => arm.Arm.Title), "rate of the twin", "|w| of the twin"],
            };
        }
    }

    /// <summary>All of it.</summary>
    public object Measurements => new
    {
        Identities = Identities.Select(pair => new { pair.Pair.Name, pair.Pair.FormName, pair.Identity }),
        Arms = Arms.Select(arm => new
        {
            arm.Arm.Name,
            Curves = Metrics.ToDictionary(metric => metric.Name, metric => EpochCurves.Mean(EpochCurves.Of(arm, metric.Name))),
        }),
    };

    internal static double Decades(double logarithm) => logarithm / 2.302585092994045684;

    private static ChartLine Line(ArmResult arm, string metric, int color)
    {
        double[] means = EpochCurves.Mean(EpochCurves.Of(arm, metric));
        return new(arm.Arm.Title, [.. Enumerable.Range(1, means.Length).Select(epoch => (double)epoch)], means) { Color = color };
    }

    private static string Show(double value) => Comparison.Distance(value);
}
