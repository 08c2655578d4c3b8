using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.PatternSeparation;

/// <summary>The claims that a large rate does not memorize noise and that its decay brings complex patterns, by <see cref="PatternSeparationExperiment"/>.</summary>
internal sealed class PatternSeparationClaim : Claim
{
    /// <summary>The experiment, with the settings of the claim by default.</summary>
    public PatternSeparationExperiment Experiment { get; init; } = new();

    /// <inheritdoc/>
    public override string Name => "pattern-separation";

    /// <inheritdoc/>
    public override string Statement => "A large initial rate keeps a network from memorizing noisy images; its decay brings the complex patterns.";

    /// <inheritdoc/>
    public override string Source => "You, Long, Wang and Jordan 2019, *How does learning rate decay help modern neural networks?*, the claims on PS10.";

    /// <inheritdoc/>
    public override string Cost => "about twelve minutes on two cores";

    /// <inheritdoc/>
    public override ClaimReport Reproduce(ClaimRun run)
    {
        var experiment = Experiment with { Seeds = run.SeedsOr(Experiment.Seeds) };
        var report = experiment.Run(Path.Combine(run.Folder, "runs"), run.Threads, run.Report, run.Cancellation);
        return new ClaimReport(
            this,
            $"A perceptron 256-256-256-10 with batch normalization on PS10, 10,000 images in batches of 128, momentum 0.9, decay 5e-4 of the weights, 40 epochs, {experiment.Seeds} seeds of data, start and order.",
            report.Checks,
            [
                "## All arms", "", .. PatternSeparationText.Table(report), "",
                "## The three explanations", "", .. new ExplanationTable { Patterns = report.Checks }.Lines,
            ],
            PatternSeparationText.Chart(report),
            report.Arms.Select(arm => new { arm.Arm.Name, Final = PatternSeparationText.MetricNames.ToDictionary(metric => metric, metric => arm.At(metric, 40).Values) }));
    }
}
