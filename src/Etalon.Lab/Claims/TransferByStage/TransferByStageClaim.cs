using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Claims.TransferByStage;

/// <summary>The claim that later stages learn what transfers less, by <see cref="TransferByStageExperiment"/>.</summary>
internal sealed class TransferByStageClaim : Claim
{
    /// <summary>The experiment, with the settings of the claim by default.</summary>
    public TransferByStageExperiment Experiment { get; init; } = new();

    /// <inheritdoc/>
    public override string Name => "transfer-by-stage";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Ids => ["L5", "C6"];

    /// <inheritdoc/>
    public override string Statement =>
        "What a network learns after the last decay of its rate transfers less to other data than what it learned after the first.";

    /// <inheritdoc/>
    public override string Source =>
        "You, Long, Wang and Jordan 2019, *How does learning rate decay help modern neural networks?*, the implication for transfer.";

    /// <inheritdoc/>
    public override string Question =>
        "Does what a network learns after the last decay transfer less to other data than what it learned after the first?";

    /// <inheritdoc/>
    public override string PaperSays =>
        "On ImageNet with targets Caltech-256, CUB-200-2011 and others the gain of a target over that of the source is lower from the "
            + "second "
        + "to the third stage than from the first to the second. No number was to be had.";

    /// <inheritdoc/>
    public override ClaimCost? CostAt(ClaimScale scale) => scale switch
    {
        ClaimScale.Quick => null,
        _ => new(7, "cifar10", "fashion-mnist", "mnist"),
    };

    /// <inheritdoc/>
    internal override IReadOnlyList<Recipe> Recipes(ClaimRun run) => Of(run).Recipes;

    private TransferByStageExperiment Of(ClaimRun run) => Experiment with { Seeds = run.SeedsOr(Experiment.Seeds) };

    /// <inheritdoc/>
    public override ClaimReport Reproduce(ClaimRun run)
    {
        var experiment = Of(run);
        var report = experiment.Run(run);
        return new ClaimReport(
            this,
            $"{experiment.Seeds} seeds of one recipe, whose features are frozen before training and at the end of each of three stages "
            + $"and probed on {string.Join(", ", report.Targets)}. TR is the gain of the "
            + "logistic probe's test accuracy over that of the network's own on its source; intervals are of 95 %, by Student's "
            + "distribution over the seeds.",
            Judge(report),
            [
                "## Test accuracies", "", .. report.Accuracies(), "",
                "## Gains between stages", "", .. report.Gains(), "",
                "## The source", "", "```yaml", experiment.Recipe, "```",
            ],
            report.Picture, report.Readings);
    }

    /// <summary>What must hold for the claim to be tested at all, and then what the claim expects; the probe is the logistic one.</summary>
    internal static IReadOnlyList<ClaimCheck> Judge(TransferByStageReport report) =>
    [
        .. SourceGains(report),
        .. report.Targets.Select(target => LearnsFeatures(report, target)),
        .. report.Targets.Select(target => TransfersLess(report, target)),
    ];

    private static IEnumerable<ClaimCheck> SourceGains(TransferByStageReport report)
    {
        for (int stage = 1; stage <= 2; stage++)
        {
            var gain = report.Source(stage + 1).Minus(report.Source(stage));
            yield return new(
                $"source: the gain from stage {stage} to {stage + 1} is above {StageGain.Significance} standard errors, so that a ratio "
                + $"can be formed",
                gain.Mean > StageGain.Significance * gain.Error, $"{gain.Mean:F4}, standard error {gain.Error:F4}")
            {
                Power = CheckPower.OfSignificance(gain, StageGain.Significance),
            };
        }
    }

    private static ClaimCheck LearnsFeatures(TransferByStageReport report, string target)
    {
        var gain = report.Probe(target, 1, byRidge: false).Minus(report.Probe(target, 0, byRidge: false));
        return new(
            $"{target}: features of stage 1 are better than those before training, by more than {StageGain.Significance} standard errors",
            gain.Mean > StageGain.Significance * gain.Error, $"{gain.Mean:F4}, standard error {gain.Error:F4}")
        {
            Power = CheckPower.OfSignificance(gain, StageGain.Significance),
        };
    }

    private static ClaimCheck TransfersLess(TransferByStageReport report, string target)
    {
        var transfer = report.Transfer(target, byRidge: false);
        return new($"{target}: TR(2→3) is below TR(1→2), with the 95 % interval of their difference above 0",
            transfer.Verdict == TransferVerdict.Supported, transfer.Measured)
        {
            Power = new(CheckPower.Allowed / 2, CheckPower.Allowed / 2,
                transfer.Verdict is TransferVerdict.Supported or TransferVerdict.Contradicted,
                "by the interval of Student's distribution; one that holds 0 is no verdict"),
        };
    }
}
