using Etalon.Lab.Charts;
using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.TiledPatterns;

/// <summary>What <see cref="TiledPatternsExperiment"/> found.</summary>
public sealed record TiledPatternsReport
{
    private const string Simple = RunMetrics.Simple, Complex = RunMetrics.Complex, Noisy = RunMetrics.Noisy;

    private static readonly (string Name, string Title)[] Metrics = [(Simple, "simple"), (Complex, "complex"), (Noisy, "noisy, fit")];

    internal TiledPatternsReport(TiledPatternsExperiment experiment, IReadOnlyList<ArmResult> arms) => (Experiment, Arms, Checks) = (experiment, arms, [.. Judge(experiment, RateArms.Of(arms))]);

    /// <summary>What was run.</summary>
    public TiledPatternsExperiment Experiment { get; }

    /// <summary>What each arm gave; the decayed one first.</summary>
    public IReadOnlyList<ArmResult> Arms { get; }

    /// <summary>What was expected, and whether it was so.</summary>
    public IReadOnlyList<ClaimCheck> Checks { get; }

    /// <summary>All arms after each quarter of the run and after the first epoch behind the decay, as Markdown.</summary>
    public IEnumerable<string> Table()
    {
        int end = Experiment.Epochs;
        return ArmCurves.Table(Arms, Metrics, [.. new[] { end / 4, end / 2, end / 2 + 1, end / 4 * 3, end }.Distinct()]);
    }

    /// <summary>Mean curves over the seeds, and the rate.</summary>
    public Chart Chart() => new(
        "PS10 in color, a convolutional network: simple before complex before noise? (accuracy, mean of the seeds)", "epoch",
        [.. ArmCurves.Panels(Arms, Metrics, height: 150), ArmCurves.RatePanel(Arms)])
    {
        Legend = [.. Arms.Select(arm => arm.Arm.Title)],
    };

    private static IEnumerable<ClaimCheck> Judge(TiledPatternsExperiment experiment, RateArms arms)
    {
        int stage = experiment.Epochs / 2, end = experiment.Epochs;
        var (decayed, small, large) = (arms.Decayed, arms.Small.Arm.Title, arms.Large.Arm.Title);
        return
        [
            ClaimCheck.AtLeast($"after {stage} epochs at {large} the accuracy on simple patterns is at least 0.2 above that on complex ones", decayed.At(Simple, stage).Minus(decayed.At(Complex, stage)), 0.2),
            ClaimCheck.AtLeast("the first epoch after the decay adds at least 0.04 on complex patterns", decayed.At(Complex, stage + 1).Minus(decayed.At(Complex, stage)), 0.04),
            ClaimCheck.AtLeast("J, the best on complex patterns after the decay above the best before it, is at least 0.04", decayed.Gain(Complex, stage), 0.04),
            ClaimCheck.AtLeast($"in the end the decayed rate is at least 0.02 above {small} on complex patterns", decayed.At(Complex, end).Minus(arms.Small.At(Complex, end)), 0.02),
            ClaimCheck.AtLeast($"and has memorized at least 0.1 fewer of the noisy images than {arms.Medium.Arm.Title}", arms.Medium.At(Noisy, end).Minus(decayed.At(Noisy, end)), 0.1),
            ClaimCheck.AtLeast($"and at least 0.1 fewer than {small}", arms.Small.At(Noisy, end).Minus(decayed.At(Noisy, end)), 0.1),
        ];
    }
}
