using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Claims.PatternSeparation;

/// <summary>
/// The claims that a large rate does not memorize noise and that its decay brings complex patterns, by
/// <see cref="PatternSeparationExperiment"/>.
/// </summary>
internal sealed class PatternSeparationClaim : Claim
{
    // As many as tell differences of 0.04 from none.
    private const int QuickSeeds = 3;

    /// <summary>The experiment, with the settings of the claim by default.</summary>
    public PatternSeparationExperiment Experiment { get; init; } = new();

    /// <inheritdoc/>
    public override string Name => "pattern-separation";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Ids => ["L1", "C1", "C4", "C5"];

    /// <inheritdoc/>
    public override string Statement =>
        "A large initial rate keeps a network from memorizing noisy images; its decay brings the complex patterns.";

    /// <inheritdoc/>
    public override string Source =>
        "You, Long, Wang and Jordan 2019, *How does learning rate decay help modern neural networks?*, the claims on PS10.";

    /// <inheritdoc/>
    public override string Question =>
        "Does a large rate keep a network from memorizing noisy images, and does its decay bring the complex patterns?";

    /// <inheritdoc/>
    public override string PaperSays =>
        "On PS10 the first stage learns simple patterns; complex ones jump right after a decay; a constant small rate fits the noise early "
        + "and ends worse on complex patterns. No number was to be had.";

    /// <inheritdoc/>
    public override ClaimCost? CostAt(ClaimScale scale) => scale switch
    {
        ClaimScale.Quick => new(2.2),
        _ => new(12),
    };

    /// <inheritdoc/>
    internal override IReadOnlyList<Recipe> Recipes(ClaimRun run) => Of(run).Recipes;

    private PatternSeparationExperiment Of(ClaimRun run)
    {
        bool isQuick = run.Scale == ClaimScale.Quick;
        return Experiment with { Seeds = run.SeedsOr(isQuick ? QuickSeeds : Experiment.Seeds), IsQuick = isQuick || Experiment.IsQuick };
    }

    /// <inheritdoc/>
    public override ClaimReport Reproduce(ClaimRun run)
    {
        var experiment = Of(run);
        var report = experiment.Run(run);
        var checks = Judge(report);
        return new ClaimReport(
            this,
            $"A perceptron 256-256-256-10 with batch normalization on PS10, 10,000 images in batches of 128, momentum 0.9, decay 5e-4 of "
            + $"the weights, 40 epochs, {experiment.Seeds} seeds of data, start and order.",
            checks,
            ["## All arms", "", .. report.Table, "", "## The three explanations", "", .. new ExplanationTable { Patterns = checks }.Lines],
            report.Picture, report.Measurements);
    }

    /// <summary>What was expected, and whether it was so.</summary>
    internal static IReadOnlyList<ClaimCheck> Judge(PatternSeparationReport report)
    {
        const string Simple = RunMetrics.Simple, Complex = RunMetrics.Complex, Noisy = RunMetrics.Noisy;
        var byName = report.Arms.ToDictionary(result => result.Arm.Name);
        ArmResult easy = byName[PatternArms.EasyDecayed], hard = byName[PatternArms.HardDecayedLate],
            easySmall = byName[PatternArms.EasySmall], hardSmall = byName[PatternArms.HardSmall];
        return
        [
            ClaimCheck.AtLeast("σ 0.5, after 20 epochs at rate 1: accuracy on simple patterns at least 0.95", easy.At(Simple, 20), 0.95,
                0.04),
            ClaimCheck.AtMost("σ 0.5, after 20 epochs at rate 1: accuracy on complex patterns at most 0.75", easy.At(Complex, 20), 0.75,
                0.1),
            ClaimCheck.AtLeast("σ 0.5: the first epoch after the decay adds at least 0.04 on complex patterns",
                easy.At(Complex, 21).Minus(easy.At(Complex, 20)), 0.04),
            ClaimCheck.AtLeast("σ 1: the first epoch after the decay adds at least 0.04 on complex patterns",
                hard.At(Complex, 31).Minus(hard.At(Complex, 30)), 0.04),
            ClaimCheck.AtLeast("σ 0.5: in the end the decayed rate is at least 0.02 above constant 0.01 on complex patterns",
                easy.At(Complex, 40).Minus(easySmall.At(Complex, 40)), 0.02),
            ClaimCheck.AtLeast("σ 1: in the end the decayed rate (30 + 5 + 5) is at least 0.02 above constant 0.01 on complex patterns",
                hard.At(Complex, 40).Minus(hardSmall.At(Complex, 40)), 0.02),
            ClaimCheck.AtLeast("σ 1: constant 0.01 memorizes at least 0.99 of the noisy images", hardSmall.At(Noisy, 40), 0.99, 0.009),
            ClaimCheck.AtMost("σ 1: the decayed rate (30 + 5 + 5) memorizes at most 0.75 of them", hard.At(Noisy, 40), 0.75, 0.1),
        ];
    }
}
