using Etalon.Lab.Charts;
using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.Phases;

/// <summary>What <see cref="PhasesExperiment"/> found.</summary>
/// <param name="Experiment">What was run.</param>
/// <param name="Arms">What each arm gave.</param>
internal sealed record PhasesReport(PhasesExperiment Experiment, IReadOnlyList<ArmResult> Arms)
{
    private static readonly (string Name, string Title)[] Metrics =
    [
        (RunMetrics.TrainLoss, "training loss"), (EpochCurves.TrainAccuracy, "training accuracy"),
            (RunMetrics.TestAccuracy, "test accuracy"),
        (EpochCurves.EffectiveRate, "effective rate"),
    ];

    /// <summary>The mean of a metric over some epochs, for each seed of an arm.</summary>
    /// <param name="arm">The arm's name.</param>
    /// <param name="metric">The metric.</param>
    /// <param name="first">The first epoch, counted from 1.</param>
    /// <param name="last">The last.</param>
    public SeedSample Over(string arm, string metric, int first, int last) =>
        new([.. EpochCurves.Of(ArmResult.Named(arm, Arms), metric).Select(curve => curve[(first - 1)..last].Average())]);

    /// <summary>The quotient of two samples, seed by seed.</summary>
    public static SeedSample Ratio(SeedSample of, SeedSample to) => new([.. of.Values.Zip(to.Values, (a, b) => a / b)]);

    /// <summary>All arms after each fifth of the run, as Markdown.</summary>
    public IEnumerable<string> Table
    {
        get
        {
            yield return $"| arm | epoch | {string.Join(" | ", Metrics.Select(metric => metric.Title))} |";
            yield return $"|---|---:|{string.Concat(Metrics.Select(_ => "---|"))}";
            foreach (var arm in Arms)
            {
                int epochs = EpochCurves.Of(arm, RunMetrics.TrainLoss).Min(curve => curve.Length);
                for (int part = 1; part <= 5; part++)
                {
                    int epoch = Math.Max(1, part * epochs / 5);
                    yield return $"| {arm.Arm.Title} | {epoch} | "
                        + $"{string.Join(" | ", Metrics.Select(metric => EpochCurves.At(arm, metric.Name, epoch)))} |";
                }
            }
        }
    }

    /// <summary>Mean curves over the seeds.</summary>
    public Chart Picture => new($"Means of {Experiment.Seeds} seeds", "epoch",
        [
            .. Metrics.Select(metric => new ChartPanel(metric.Title, [.. Arms.Select((arm, color) => Line(arm, metric.Name, color))])
            {
                Height = 150,
                IsLogarithmic = metric.Name == EpochCurves.EffectiveRate,
            }),
        ])
    {
        Legend = [.. Arms.Select(arm => arm.Arm.Title)],
    };

    /// <summary>The mean curves.</summary>
    public object Measurements => Arms.Select(arm => new
    {
        arm.Arm.Name,
        Curves = Metrics.ToDictionary(metric => metric.Name, metric => EpochCurves.Mean(EpochCurves.Of(arm, metric.Name))),
    });

    private static ChartLine Line(ArmResult arm, string metric, int color)
    {
        double[] means = EpochCurves.Mean(EpochCurves.Of(arm, metric));
        return new(arm.Arm.Title, [.. Enumerable.Range(1, means.Length).Select(epoch => (double)epoch)], means) { Color = color };
    }
}
