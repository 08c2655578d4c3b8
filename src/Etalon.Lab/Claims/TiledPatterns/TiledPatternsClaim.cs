using Etalon.Lab.Claims.PatternSeparation;
using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.TiledPatterns;

/// <summary>The claims of <see cref="PatternSeparationClaim"/> for a convolutional network, by <see cref="TiledPatternsExperiment"/>.</summary>
internal static class TiledPatternsClaim
{
    public static Claim Claim { get; } = new(
        "pattern-separation-cnn",
        "In a convolutional network on color images too, a large initial rate keeps noisy images from being memorized, and its decay brings the complex patterns.",
        "You, Long, Wang and Jordan 2019, *How does learning rate decay help modern neural networks?*, the claims on PS10.",
        "some seven minutes on two cores",
        run => Reproduce(new TiledPatternsExperiment(), run));

    /// <summary>The same with other settings.</summary>
    public static ClaimReport Reproduce(TiledPatternsExperiment experiment, ClaimRun run)
    {
        experiment = experiment with { Seeds = run.SeedsOr(experiment.Seeds) };
        var report = experiment.Run(Path.Combine(run.Folder, "runs"), run.Threads, run.Report, run.Cancellation);
        return new ClaimReport(
            Claim,
            $"A convolutional network of {experiment.Width}, {2 * experiment.Width} and {4 * experiment.Width} channels with batch normalization on tiled PS10, {experiment.Images:N0} images in batches of 128, "
            + $"{experiment.Complex} complex patterns a class, σ 0.5, 20 % noisy, momentum 0.9, decay 5e-4, {experiment.Epochs} epochs, {experiment.Seeds} seeds of data, start and order.",
            report.Checks,
            ["## All arms", "", .. report.Table()],
            report.Chart(),
            report.Arms.Select(arm => new { arm.Arm.Name, Final = new[] { PatternArms.Simple, PatternArms.Complex, PatternArms.Noisy }.ToDictionary(metric => metric, metric => arm.At(metric, experiment.Epochs).Values) }));
    }
}
