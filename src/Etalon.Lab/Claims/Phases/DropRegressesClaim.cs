using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.Phases;

/// <summary>I6: what a drop of the rate gains at once is partly lost while the effective rate climbs back.</summary>
internal sealed class DropRegressesClaim : PhasesClaim
{
    private const string Decayed = "decayed", Undecayed = "undecayed";

    private const int First = 15, Epochs = 50;

    private const double Decay = InvariantRecipe.Decay, Rate = InvariantRecipe.Rate;

    /// <inheritdoc/>
    public override string Name => "drop-regresses";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Ids => ["I6"];

    /// <inheritdoc/>
    public override string Statement =>
        "A drop of the rate improves a run at once; part of the gain is lost again while the norm shrinks and the effective rate climbs "
            + "back.";

    /// <inheritdoc/>
    public override string Source =>
        "Li, Lyu and Arora 2020, *Reconciling modern deep learning with traditional optimization analyses: the intrinsic learning rate*"
        + ", on the drop of the rate.";

    /// <inheritdoc/>
    public override string Question => "Is part of the gain of a drop lost again, and does the effective rate tell when?";

    /// <inheritdoc/>
    public override string PaperSays =>
        "Test accuracy rises at the drop and sags afterwards, since η/w² falls tenfold at once and climbs back to 1/√10 of its value in "
            + "the "
        + "time of the new intrinsic rate (a mechanism; no figures).";

    private protected override string Setting => $"{Noisy}; rate 0.2 for {First} epochs, then 0.02 to epoch {Epochs}, decay 0.005; beside "
        + $"it "
        + "the same with the decay switched off at the drop";

    private protected override double Minutes => 0.3;

    internal override IReadOnlyList<ExperimentArm> Arms =>
    [
        Arm(Decayed, "decay kept", InvariantRecipe.NoisyDigits(1), (First, Rate, Decay), (Epochs - First, Rate / 10, Decay)),
        Arm(Undecayed, "decay off at the drop", InvariantRecipe.NoisyDigits(1), (First, Rate, Decay), (Epochs - First, Rate / 10, 0)),
    ];

    // The bounds are half of what one pilot run showed.
    internal override IReadOnlyList<ClaimCheck> Judge(PhasesReport report)
    {
        SeedSample Test(int first, int last) => report.Over(Decayed, RunMetrics.TestAccuracy, first, last);
        SeedSample Effective(string arm, int first, int last) => report.Over(arm, EpochCurves.EffectiveRate, first, last);
        SeedSample before = Test(First - 4, First), best = Test(First + 2, First + 7), end = Test(Epochs - 9, Epochs);
        return
        [
            ClaimCheck.AtLeast("over the second to seventh epoch after the drop test accuracy is at least 0.02 above that before",
                best.Minus(before),
                0.02),
            ClaimCheck.AtLeast("over the last ten epochs at least 0.008 of it are lost again", best.Minus(end), 0.008),
            ClaimCheck.AtLeast("and at least 0.005 are kept", end.Minus(before), 0.005),
            ClaimCheck.AtMost("in the first epoch the effective rate is at most 0.13 of that before", PhasesReport.Ratio(
                Effective(Decayed, First + 1, First + 1), Effective(Decayed, First - 4, First)), 0.13, 0.05),
            ClaimCheck.AtLeast("and over the last ten epochs at least 1.5 times as large again", PhasesReport.Ratio(
                Effective(Decayed, Epochs - 9, Epochs), Effective(Decayed, First + 1, First + 1)), 1.5, 0.4),
            ClaimCheck.AtMost("without decay it does not climb", PhasesReport.Ratio(
                Effective(Undecayed, Epochs - 9, Epochs), Effective(Undecayed, First + 1, First + 1)), 1.05, 0.2) with { IsControl = true },
        ];
    }
}
