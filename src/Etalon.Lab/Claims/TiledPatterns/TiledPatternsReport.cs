using Etalon.Lab.Charts;
using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.TiledPatterns;

/// <summary>What <see cref="TiledPatternsExperiment"/> found, as a table and a picture.</summary>
/// <param name="Experiment">What was run.</param>
/// <param name="Arms">What each arm gave, in the order of tables and pictures.</param>
internal sealed record TiledPatternsReport(TiledPatternsExperiment Experiment, IReadOnlyList<ArmResult> Arms)
{
    private static readonly (string Name,
        string Title)[] Metrics = [(RunMetrics.Simple, "simple"), (RunMetrics.Complex, "complex"), (RunMetrics.Noisy, "noisy, fit")];

    /// <summary>All arms after each quarter of the run and after the first epoch behind the decay, as Markdown.</summary>
    public IEnumerable<string> Table
    {
        get
        {
            int end = Experiment.Epochs;
            return ArmCurves.Table(Arms, Metrics, [.. new[] { end / 4, end / 2, end / 2 + 1, end / 4 * 3, end }.Distinct()]);
        }
    }

    /// <summary>Mean curves over the seeds, and the rate.</summary>
    public Chart Picture => new(
        "PS10 in color, a convolutional network: simple before complex before noise? (accuracy, mean of the seeds)", "epoch",
        [.. ArmCurves.Panels(Arms, Metrics, height: 150), ArmCurves.RatePanel(Arms)])
    {
        Legend = [.. Arms.Select(arm => arm.Arm.Title)],
    };

    /// <summary>Each arm's metrics in the end, for each seed.</summary>
    public object Measurements => ArmCurves.Final(Arms, Metrics, Experiment.Epochs);
}
