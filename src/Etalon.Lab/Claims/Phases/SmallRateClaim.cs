using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.Phases;

/// <summary>I2: a small initial rate comes to what a large one does, given as many mixing units.</summary>
internal sealed class SmallRateClaim : PhasesClaim
{
    private const string Large = "large", Short = "small-short", Long = "small-long";

    // Epochs of the first phase, of ten times as many, and of the last.
    private const int First = 10, Tenfold = 100, Last = 6;

    private const double Decay = InvariantRecipe.Decay, Rate = InvariantRecipe.Rate;

    /// <inheritdoc/>
    public override string Name => "small-initial-rate";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Ids => ["I2"];

    /// <inheritdoc/>
    public override string Statement =>
        "A small initial rate generalizes as well as a large one when it is given as many mixing units, and one more decay.";

    /// <inheritdoc/>
    public override string Source =>
        "Li, Lyu and Arora 2020, *Reconciling modern deep learning with traditional optimization analyses: the intrinsic learning rate*"
        + ", figure 2.";

    /// <inheritdoc/>
    public override string Question => "Does a rate ten times as small reach the test accuracy of the larger one in ten times as many "
        + "epochs?";

    /// <inheritdoc/>
    public override string PaperSays =>
        "A ResNet on CIFAR-10 with an initial rate a hundred times as small matches the baseline after one more decay, in 5,000 epochs.";

    private protected override string Setting => $"{Noisy}, decay 0.005; rates 0.2 for {First} epochs, 0.02 for {Last}; 0.02 for {First} "
        + $"and "
        + $"0.002 for {Last}; 0.02 for {Tenfold} and 0.002 for {Last}";

    private protected override double Minutes => 0.5;

    internal override IReadOnlyList<ExperimentArm> Arms =>
    [
        Arm(Large, "0.2, then 0.02", InvariantRecipe.NoisyDigits(1), (First, Rate, Decay), (Last, Rate / 10, Decay)),
        Arm(Short, "0.02, then 0.002", InvariantRecipe.NoisyDigits(1), (First, Rate / 10, Decay), (Last, Rate / 100, Decay)),
        Arm(Long, "0.02 ten times as long, then 0.002", InvariantRecipe.NoisyDigits(1), (Tenfold, Rate / 10, Decay),
            (Last, Rate / 100, Decay)),
    ];

    internal override IReadOnlyList<ClaimCheck> Judge(PhasesReport report)
    {
        SeedSample End(string arm, int first) => report.Over(arm, RunMetrics.TestAccuracy, first + Last - 1, first + Last);
        return
        [
            ClaimCheck.AtLeast("in the end the small rate with as many mixing units is no more than 0.01 below the large one",
                End(Long, Tenfold).Minus(End(Large, First)), -0.01, 0.01),
            ClaimCheck.AtLeast("in as few epochs as the large rate it is below that, by at least 0.01",
                End(Long, Tenfold).Minus(End(Short, First)), 0.01),
        ];
    }
}
