using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.TiledPatterns;

/// <summary>The claims of pattern separation for a convolutional network, by <see cref="TiledPatternsExperiment"/>.</summary>
internal sealed class TiledPatternsClaim : Claim
{
    /// <summary>The experiment, with the settings of the claim by default.</summary>
    public TiledPatternsExperiment Experiment { get; init; } = new();

    /// <inheritdoc/>
    public override string Name => "pattern-separation-cnn";

    /// <inheritdoc/>
    public override string Statement => "In a convolutional network on color images too, a large initial rate keeps noisy images from being memorized, and its decay brings the complex patterns.";

    /// <inheritdoc/>
    public override string Source => "You, Long, Wang and Jordan 2019, *How does learning rate decay help modern neural networks?*, the claims on PS10.";

    /// <inheritdoc/>
    public override string Cost => "about seven minutes on two cores";

    /// <inheritdoc/>
    public override ClaimReport Reproduce(ClaimRun run)
    {
        var experiment = Experiment with { Seeds = run.SeedsOr(Experiment.Seeds) };
        var report = experiment.Run(Path.Combine(run.Folder, "runs"), run.Threads, run.Report, run.Cancellation);
        return new ClaimReport(
            this,
            $"A convolutional network of {experiment.Width}, {2 * experiment.Width} and {4 * experiment.Width} channels with batch normalization on tiled PS10, {experiment.Images:N0} images in batches of 128, "
            + $"{experiment.Complex} complex patterns a class, σ 0.5, 20 % noisy, momentum 0.9, decay 5e-4, {experiment.Epochs} epochs, {experiment.Seeds} seeds of data, start and order.",
            report.Checks,
            ["## All arms", "", .. report.Table()],
            report.Chart(),
            report.Arms.Select(arm => new { arm.Arm.Name, Final = new[] { RunMetrics.Simple, RunMetrics.Complex, RunMetrics.Noisy }.ToDictionary(metric => metric, metric => arm.At(metric, experiment.Epochs).Values) }));
    }
}
