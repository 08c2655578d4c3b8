using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.TransferByStage;

/// <summary>The claim that later stages learn what transfers less, by <see cref="TransferByStageExperiment"/>.</summary>
internal sealed class TransferByStageClaim : Claim
{
    /// <summary>The experiment, with the settings of the claim by default.</summary>
    public TransferByStageExperiment Experiment { get; init; } = new();

    /// <inheritdoc/>
    public override string Name => "transfer-by-stage";

    /// <inheritdoc/>
    public override string Statement => "What a network learns after the last decay of its rate transfers less to other data than what it learned after the first.";

    /// <inheritdoc/>
    public override string Source => "You, Long, Wang and Jordan 2019, *How does learning rate decay help modern neural networks?*, the implication for transfer.";

    /// <inheritdoc/>
    public override string Cost => "about seven minutes on two cores; needs CIFAR-10, Fashion-MNIST and MNIST";

    /// <inheritdoc/>
    public override ClaimReport Reproduce(ClaimRun run)
    {
        var experiment = Experiment with { Seeds = run.SeedsOr(Experiment.Seeds) };
        var report = experiment.Run(Path.Combine(run.Folder, "runs"), run.Threads, run.Report, run.Cancellation);
        return new ClaimReport(
            this,
            $"{experiment.Seeds} seeds of one recipe, whose features are frozen before training and at the end of each of three stages and probed on {string.Join(", ", report.Targets)}. TR is the gain of the "
            + "logistic probe's test accuracy over that of the network's own on its source; intervals are of 95 %, by Student's distribution over the seeds.",
            report.Checks,
            [
                "## Test accuracies", "", .. TransferByStageText.Accuracies(report), "",
                "## Gains between stages", "", .. TransferByStageText.Gains(report), "",
                "## The source", "", "```yaml", experiment.Recipe, "```",
            ],
            TransferByStageText.Chart(report),
            report.Readings);
    }
}
