using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Recipes;
using Etalon.Schedules;
using Etalon.Schedules.Equivalence;

namespace Etalon.Lab.Claims.Phases;

/// <summary>E4: where the growth falls with the rate, a drop stays; without the drop the same growth takes long.</summary>
internal sealed class DropStaysClaim : PhasesClaim
{
    private const string Tapered = "tapered", WithoutDrops = "without-drops", Constant = "constant";

    private const int Epochs = 30, First = 10, Second = 20;

    /// <inheritdoc/>
    public override string Name => "instant-drop-stays";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Ids => ["E4"];

    /// <inheritdoc/>
    public override string Statement =>
        "An instant drop lasts where the growth falls with it; the smaller growth alone comes to the same only after the relaxation time.";

    /// <inheritdoc/>
    public override string Source => "Li and Arora 2019, *An exponential learning rate schedule for deep learning*, figure 4.";

    /// <inheritdoc/>
    public override string Question => "Does the effect of a drop stay where growth is small, and how long does the growth alone take?";

    /// <inheritdoc/>
    public override string PaperSays =>
        "PreResNet-32: the tapered rate without its drops recovers after some 70 epochs of the second phase and would need hundreds of the "
        + "third; relaxation takes 12.8 and 128 epochs.";

    private protected override string Setting => $"{Clean}; three rates without decay: constant growth, growths of step decay with their "
        + $"drops by ten after epochs {First} and {Second} of {Epochs}, the same growths without drops";

    private protected override double Minutes => 0.3;

    internal override IReadOnlyList<ExperimentArm> Arms
    {
        get
        {
            var recipe = InvariantRecipe.Digits(Epochs) with { Equivalent = new EquivalentSpec { Form = EquivalentForm.TexpPlusPlus } };
            long[] drops = [First * recipe.StepsPerEpoch, Second * recipe.StepsPerEpoch];
            return
            [
                new(Constant, "one growth", recipe),
                new(Tapered, "tapered growth, drops", recipe with { LearningRate = new Steps(InvariantRecipe.Rate, drops, 0.1) }),
                new(WithoutDrops, "tapered growth, no drops", recipe with { WeightDecay = new Steps(InvariantRecipe.Decay, drops, 0.1) }),
            ];
        }
    }

    // L' = eta lambda / (1 - mu) is 0.044 an epoch in the second phase. With g = e^(-4 L' t) the effective rates are 0.316 (1 + 9 g)^(-1/2)
    // and
    // 0.316 (1 - 0.9 g)^(-1/2) of the first phase's: 5.9 times apart after an epoch, 1.7 after ten, where noise does not change.
    internal override IReadOnlyList<ClaimCheck> Judge(PhasesReport report)
    {
        SeedSample Gap(string above, int first, int last) => report.Over(above, RunMetrics.TrainLoss, first, last)
            .Minus(report.Over(Tapered, RunMetrics.TrainLoss, first, last));
        SeedSample Apart(int epoch) => PhasesReport.Ratio(report.Over(WithoutDrops, EpochCurves.EffectiveRate, epoch, epoch),
            report.Over(Tapered, EpochCurves.EffectiveRate, epoch, epoch));
        SeedSample early = Gap(Constant, First + 1, First + 3), late = Gap(Constant, Second - 2, Second);
        return
        [
            ClaimCheck.AtLeast("the drop lowers the training loss by at least 0.03 over the next three epochs", early, 0.03),
            ClaimCheck.AtLeast("and over the last three epochs of that phase at least half as much", PhasesReport.Ratio(late, early), 0.5,
                0.4),
            ClaimCheck.AtLeast("without the drop the loss is higher by at least 0.01 over the first three epochs of the phase",
                Gap(WithoutDrops, First + 1, First + 3), 0.01),
            ClaimCheck.AtLeast("the effective rates of the two are at least 3 times apart in the first epoch of the phase (5.9 predicted)",
                Apart(First + 1), 3, 1.5),
            ClaimCheck.AtMost("and at most 2.2 times in its last (1.7 predicted)", Apart(Second), 2.2, 0.8),
        ];
    }
}
