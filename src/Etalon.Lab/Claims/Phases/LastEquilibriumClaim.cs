using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.Phases;

/// <summary>I7: what a run ends at is decided by its last equilibrium, not by those before.</summary>
internal sealed class LastEquilibriumClaim : PhasesClaim
{
    private const string LargeLarge = "large-large", SmallLarge = "small-large", LargeSmall = "large-small", SmallSmall = "small-small";

    // Epochs of a phase at the large rate, at the small one, which mixes a quarter as fast, and of the end.
    private const int AtLarge = 15, AtSmall = 40, Last = 8;

    private const double Decay = InvariantRecipe.Decay, Large = InvariantRecipe.Rate, Small = InvariantRecipe.Rate / 4;

    /// <inheritdoc/>
    public override string Name => "last-equilibrium";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Ids => ["I7"];

    /// <inheritdoc/>
    public override string Statement =>
        "The accuracy after the last decay is decided by the last equilibrium before it, and not by the equilibria before that one.";

    /// <inheritdoc/>
    public override string Source =>
        "Li, Lyu and Arora 2020, *Reconciling modern deep learning with traditional optimization analyses: the intrinsic learning rate*"
        + ", on the two phases of training.";

    /// <inheritdoc/>
    public override string Question => "Do runs with the same last equilibrium end alike, and runs with another one not?";

    /// <inheritdoc/>
    public override string PaperSays =>
        "Training is a phase of equilibrium at the intrinsic rate and then a phase like gradient flow; the final accuracy is set by the "
            + "last "
        + "equilibrium (as recalled; no figures).";

    private protected override string Setting => $"{Noisy}, decay 0.005; two phases at rate 0.2 ({AtLarge} epochs) or 0.05 ({AtSmall} "
        + $"epochs) in "
        + $"each order, then rate 0.005 without decay for {Last}";

    private protected override double Minutes => 0.7;

    internal override IReadOnlyList<ExperimentArm> Arms =>
    [
        Of(LargeLarge, "0.2, 0.2", (AtLarge, Large), (AtLarge, Large)),
        Of(SmallLarge, "0.05, 0.2", (AtSmall, Small), (AtLarge, Large)),
        Of(LargeSmall, "0.2, 0.05", (AtLarge, Large), (AtSmall, Small)),
        Of(SmallSmall, "0.05, 0.05", (AtSmall, Small), (AtSmall, Small)),
    ];

    internal override IReadOnlyList<ClaimCheck> Judge(PhasesReport report)
    {
        SeedSample End(string arm, string metric)
        {
            var recipe = ArmResult.Named(arm, report.Arms).Arm.Recipe;
            int epochs = (int)(recipe.TotalSteps / recipe.StepsPerEpoch);
            return report.Over(arm, metric, epochs - 2, epochs);
        }
        ClaimCheck Same(string one, string other, string metric, string what, double bound)
        {
            var difference = End(one, metric).Minus(End(other, metric));
            return new(what, Math.Abs(difference.Mean) <= bound, $"{difference}")
            {
                Power = CheckPower.OfMean(new([.. difference.Values.Select(value => value * (difference.Mean < 0 ? -1 : 1))]), bound,
                    bound, isUpper: true),
            };
        }
        return
        [
            Same(LargeLarge, SmallLarge, EpochCurves.TrainAccuracy, "large last: training accuracies differ by at most 0.015", 0.015),
            Same(LargeLarge, SmallLarge, RunMetrics.TestAccuracy, "large last: test accuracies differ by at most 0.01", 0.01),
            Same(LargeSmall, SmallSmall, EpochCurves.TrainAccuracy, "small last: training accuracies differ by at most 0.015", 0.015),
            Same(LargeSmall, SmallSmall, RunMetrics.TestAccuracy, "small last: test accuracies differ by at most 0.01", 0.01),
            ClaimCheck.AtLeast("another last equilibrium: training accuracy is higher by at least 0.03 after the small rate",
                End(LargeSmall, EpochCurves.TrainAccuracy).Minus(End(SmallLarge, EpochCurves.TrainAccuracy)), 0.03),
        ];
    }

    private static ExperimentArm Of(string name, string title, (int Epochs, double Rate) first, (int Epochs, double Rate) second) =>
        Arm(name, title, InvariantRecipe.NoisyDigits(1), (first.Epochs, first.Rate, Decay), (second.Epochs, second.Rate, Decay),
            (Last, InvariantRecipe.Rate / 40, 0));
}
