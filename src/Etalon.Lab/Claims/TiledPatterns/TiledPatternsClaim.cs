using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Claims.TiledPatterns;

/// <summary>The claims of pattern separation for a convolutional network, by <see cref="TiledPatternsExperiment"/>.</summary>
internal sealed class TiledPatternsClaim : Claim
{
    private const string Simple = RunMetrics.Simple, Complex = RunMetrics.Complex, Noisy = RunMetrics.Noisy;

    /// <summary>The experiment, with the settings of the claim by default.</summary>
    public TiledPatternsExperiment Experiment { get; init; } = new();

    /// <inheritdoc/>
    public override string Name => "pattern-separation-cnn";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Ids => ["L2", "C4", "C5"];

    /// <inheritdoc/>
    public override string Statement =>
        "In a convolutional network on color images too, a large initial rate keeps noisy images from being memorized, and its decay "
        + "brings the complex patterns.";

    /// <inheritdoc/>
    public override string Source =>
        "You, Long, Wang and Jordan 2019, *How does learning rate decay help modern neural networks?*, the claims on PS10.";

    /// <inheritdoc/>
    public override string Question =>
        "Does what a perceptron shows on PS10 hold for a convolutional network on color images?";

    /// <inheritdoc/>
    public override string PaperSays =>
        "The paper's own images are 32x32 in color, half with a simple and half with a complex pattern; how they are drawn is not known.";

    /// <inheritdoc/>
    public override ClaimCost? CostAt(ClaimScale scale) => scale switch
    {
        ClaimScale.Quick => null,
        _ => new(7),
    };

    /// <inheritdoc/>
    internal override IReadOnlyList<Recipe> Recipes(ClaimRun run) => Of(run).Recipes;

    private TiledPatternsExperiment Of(ClaimRun run) => Experiment with { Seeds = run.SeedsOr(Experiment.Seeds) };

    /// <inheritdoc/>
    public override ClaimReport Reproduce(ClaimRun run)
    {
        var experiment = Of(run);
        var report = experiment.Run(run);
        return new ClaimReport(this, Setting(experiment), Judge(report), ["## All arms", "", .. report.Table], report.Picture,
            report.Measurements);
    }

    private static string Setting(TiledPatternsExperiment experiment) =>
        $"A convolutional network of {experiment.Width}, {2 * experiment.Width} and {4 * experiment.Width} channels with batch "
        + $"normalization on tiled PS10, {experiment.Images:N0} images in batches of 128, "
        + $"{experiment.Complex} complex patterns a class, σ 0.5, 20 % noisy, momentum 0.9, decay 5e-4, {experiment.Epochs} epochs, "
        + $"{experiment.Seeds} seeds of data, start and order.";

    /// <summary>What was expected, and whether it was so.</summary>
    internal static IReadOnlyList<ClaimCheck> Judge(TiledPatternsReport report)
    {
        int stage = report.Experiment.Epochs / 2, end = report.Experiment.Epochs;
        var arms = RateArms.Of(report.Arms);
        var (decayed, small, large) = (arms.Decayed, arms.Small.Arm.Title, arms.Large.Arm.Title);
        return
        [
            ClaimCheck.AtLeast(
                $"after {stage} epochs at {large} the accuracy on simple patterns is at least 0.2 above that on complex ones",
                decayed.At(Simple, stage).Minus(decayed.At(Complex, stage)), 0.2),
            ClaimCheck.AtLeast("the first epoch after the decay adds at least 0.04 on complex patterns",
                decayed.At(Complex, stage + 1).Minus(decayed.At(Complex, stage)), 0.04),
            ClaimCheck.AtLeast("J, the best on complex patterns after the decay above the best before it, is at least 0.04",
                decayed.Gain(Complex, stage), 0.04),
            ClaimCheck.AtLeast($"in the end the decayed rate is at least 0.02 above {small} on complex patterns",
                decayed.At(Complex, end).Minus(arms.Small.At(Complex, end)), 0.02),
            ClaimCheck.AtLeast($"and has memorized at least 0.1 fewer of the noisy images than {arms.Medium.Arm.Title}",
                arms.Medium.At(Noisy, end).Minus(decayed.At(Noisy, end)), 0.1),
            ClaimCheck.AtLeast($"and at least 0.1 fewer than {small}", arms.Small.At(Noisy, end).Minus(decayed.At(Noisy, end)), 0.1),
        ];
    }
}
