using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.FastEquilibrium;

/// <summary>The claim of the fast equilibrium, by <see cref="FastEquilibriumExperiment"/>.</summary>
internal sealed class FastEquilibriumClaim : Claim
{
    /// <summary>
    /// How many floors count as none: two laws that are alike are 1 apart in the mean, and 160 seeds scatter that by some 0.05.
    /// </summary>
    internal const double Alike = 1.3;

    // Fewer seeds have a floor so high that a true claim fails.
    private const int SeedsThatDecide = 40;

    // In floors: with batches of 64 at an intrinsic rate of 0.01 something of the start is left, and the arms are so far apart.
    private const double Different = 1.53;

    // As far apart as the start must be for the end to say anything.
    private const double Apart = 5;

    // Two directions at random in the 3,264 dimensions of the weights have a cosine of 0 +- 0.018; the mean directions of an arm's halves,
    // one of many times that.
    private const double Crossed = 0.25;

    // Standard errors, for the largest of nine differences at once.
    private const double Confidence = 3.5;

    /// <summary>The experiment, with the settings of the claim by default.</summary>
    public FastEquilibriumExperiment Experiment { get; init; } = new();

    /// <inheritdoc/>
    public override string Name => "fast-equilibrium";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Ids => ["I4"];

    /// <inheritdoc/>
    public override string Statement =>
        "Runs that share rate, decay and batch come to one law of predictions within a few mixing units, wherever they started and "
        + "whatever they did before; their weights do not.";

    /// <inheritdoc/>
    public override string Source =>
        "Li, Lyu and Arora 2020, *Reconciling modern deep learning with traditional optimization analyses: the intrinsic learning rate*, "
        + "section 5, figures 4 and 5.";

    /// <inheritdoc/>
    public override string Question =>
        "Do runs with different starts and histories come to predict alike, and does the time count in mixing units?";

    /// <inheritdoc/>
    public override string PaperSays =>
        "After 500 trials each of three schedules of a 4-layer network on MNIST, whose intrinsic rates are equal from epoch 81 on, the "
        + "distances between the distributions of predictions fall to nearly 0; PreResNet-32 on CIFAR-10 likewise from epoch 500 on.";

    /// <inheritdoc/>
    public override ClaimCost? CostAt(ClaimScale scale) => scale switch
    {
        ClaimScale.Quick => new(0.3),
        _ => new(1.5),
    };

    /// <inheritdoc/>
    public override ClaimReport Reproduce(ClaimRun run)
    {
        var atScale = run.Scale == ClaimScale.Quick ? Experiment with { IntrinsicRates = [0.04, 0.02], Seeds = 64 } : Experiment;
        int seeds = run.Seeds ?? atScale.Seeds;
        if (seeds < 4 || seeds % 2 != 0)
            throw new InputException(
                $"--seeds {seeds}: must be even and at least 4, since the noise floor is taken from two halves; the claim uses "
                + $"{atScale.Seeds}");
        var experiment = atScale with { Seeds = seeds };
        var report = experiment.Run(run);
        return new ClaimReport(this, Setting(experiment), [.. Judge(report).Select(check => check with { Power = Power(experiment) })],
            [.. report.Tables], report.Picture, report.Curves);
    }

    // The floor of 160 seeds is about 0.1 and that of n seeds sqrt(160 / n) times as much. Beside a start of 1.48 the distance at the end
    // can only be a fifth with 34 seeds or more, and 1.3 floors are then 2.5 deviations of the ratio (0.05 with 160 seeds) above 1.03.
    private static CheckPower Power(FastEquilibriumExperiment experiment)
    {
        double deviation = 0.05 * Math.Sqrt(160.0 / experiment.Seeds);
        return CheckPower.OfSeeds(experiment.Seeds, SeedsThatDecide, CheckPower.Tail((Alike - 1.03) / deviation, 1e6),
            CheckPower.Tail((Different - Alike) / deviation, 1e6));
    }

    private static string Setting(FastEquilibriumExperiment experiment) =>
        $"A batch-normalized perceptron 20-48-48-4 with a fixed last layer on a synthetic task of four classes, rate "
        + $"{experiment.Rate:R}, momentum {experiment.Momentum:R}, batches of {experiment.Batch}; "
        + $"{experiment.Seeds} seeds each of {experiment.Arms.Count} arms ({string.Join(", ", experiment.Arms.Select(Describe))}). The "
        + $"distance of two arms is the mean over {EquilibriumTask.TestCount} inputs of the sum of the "
        + "differences between their frequencies of each class; the floor is that of an arm's even from its odd seeds, divided by √2.";

    private static string Describe(EquilibriumArm arm) =>
        $"{arm.Name}: norm {arm.InitialNorm:R} a "
        + $"layer{(arm.HistorySteps > 0
        ? $", {arm.HistorySteps} updates at rate {arm.HistoryRate:R} and decay {arm.HistoryDecay:R} before" : "")}";

    internal static IEnumerable<ClaimCheck> Judge(FastEquilibriumReport report)
    {
        var (experiment, curves) = (report.Experiment, report.Curves);
        foreach (var curve in curves)
        {
            var (first, last) = (curve.Looks[0], curve.Looks[^1]);
            string name = $"ηλ = {curve.IntrinsicRate:R}";
            yield return new(
                $"{name}: at the start the arms are at least {Apart:R} times as far apart as at the end",
                first.Distance >= Apart * last.Distance, $"{first.Distance:F3}, then {last.Distance:F3}");
            yield return new(
                $"{name}: after {last.MixingUnits:R} mixing units no two are farther apart than {Alike:R} floors",
                last.Ratio <= Alike, $"{last.Distance:F3} with a floor of {last.Floor:F3}; at most {last.Ratio:F2} floors");
            yield return new(
                $"{name}: the mean directions of the weights of two arms overlap at most {Crossed:R} times as much as the halves of one",
                curve.Overlap <= Crossed * curve.OwnOverlap, $"{curve.Overlap:F3} beside {curve.OwnOverlap:F3}");
            yield return new(
                $"{name}: from there all arms are worth the same: after {experiment.ProbeSteps} updates at a tenth of the rate without "
                + $"decay their errors are within {Confidence:R} standard errors",
                last.ProbeSpread <= Confidence,
                $"{FastEquilibriumReport.Shares(last.ProbeErrors)}, {last.ProbeSpread:F1} standard errors; at the start "
                + $"{first.ProbeSpread:F1}");
        }
        var settled = curves.Select(curve => curve.SettledAt(2)).ToArray();
        yield return new(
            "mixing units are the clock: the arms come within 2 floors at the same look or the next, whatever ηλ",
            settled.All(units => units is not null)
                && settled.OfType<double>().Select(units => Place(experiment, units)).ToArray() is var places
                && places.Max() - places.Min() <= 1,
            string.Join(", ",
                curves.Zip(settled,
                    (curve, units) =>
                        units is { } at ? $"at {at:R} ({experiment.StepAt(at, curve.IntrinsicRate)} updates)" : "not at all")));
    }

    private static int Place(FastEquilibriumExperiment experiment, double units) => experiment.MixingUnits.ToList().IndexOf(units);
}
