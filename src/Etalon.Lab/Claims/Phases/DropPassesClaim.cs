using Etalon.Lab.Claims.Shared;
using Etalon.Numerics;
using Etalon.Schedules;

namespace Etalon.Lab.Claims.Phases;

/// <summary>E3: where the rate goes on to grow as before, an instant drop passes.</summary>
internal sealed class DropPassesClaim : PhasesClaim
{
    private const string Growing = "growing", Dropped = "dropped";

    private const int Epochs = 30, First = 10, Second = 20;

    // The squared scale jumps to a hundredth of its equilibrium and comes back at 4 L an update, L = eta lambda / (1 - mu): the effective
    // rate is (1 + 99 e^(-4 L t))^(-1/2) of the undropped one, and 0.9 of it at 4 L t = 6.05, after 3.4 epochs of 44 updates.
    private const double Back = 0.9;

    /// <inheritdoc/>
    public override string Name => "instant-drop-passes";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Ids => ["E3"];

    /// <inheritdoc/>
    public override string Statement =>
        "An instant drop of an exponential rate has a passing effect only while the rate goes on to grow as fast as before.";

    /// <inheritdoc/>
    public override string Source => "Li and Arora 2019, *An exponential learning rate schedule for deep learning*, figure 3.";

    /// <inheritdoc/>
    public override string Question => "How long does a drop by ten last at an undiminished growth, and what is left of it?";

    /// <inheritdoc/>
    public override string PaperSays =>
        "PreResNet-32 with drops at epochs 80 and 120: the good minimum is kept for about an epoch, then the run follows the one without "
        + "drops; at 1.481 an epoch a factor of ten is regrown in 5.9 epochs.";

    private protected override string Setting => $"{Clean}, no decay, rate 0.2 growing 2.48 times an epoch, divided by ten after epochs "
        + $"{First} and {Second} of {Epochs}";

    private protected override double Minutes => 0.2;

    internal override IReadOnlyList<ExperimentArm> Arms
    {
        get
        {
            var recipe = InvariantRecipe.Digits(Epochs) with { WeightDecay = new Constant(0) };
            double growth = InvariantRecipe.LogGrowth(InvariantRecipe.Rate, InvariantRecipe.Decay, InvariantRecipe.Momentum);
            Exponential Piece(int from, int until, double factor) => new(
                InvariantRecipe.Rate * factor * Elementary.Exp(growth * from * recipe.StepsPerEpoch), Elementary.Exp(growth), 1,
                until < Epochs ? (until - from) * recipe.StepsPerEpoch : null);
            return
            [
                new(Growing, "growth alone", recipe with { LearningRate = Piece(0, Epochs, 1) }),
                new(Dropped, "divided by ten twice", recipe with
                {
                    LearningRate = new Sequence(Piece(0, First, 1), Piece(First, Second, 0.1), Piece(Second, Epochs, 0.01)),
                }),
            ];
        }
    }

    internal override IReadOnlyList<ClaimCheck> Judge(PhasesReport report)
    {
        SeedSample Gap(int first, int last) => report.Over(Growing, RunMetrics.TrainLoss, first, last)
            .Minus(report.Over(Dropped, RunMetrics.TrainLoss, first, last));
        SeedSample Share(int epoch) => PhasesReport.Ratio(report.Over(Dropped, EpochCurves.EffectiveRate, epoch, epoch),
            report.Over(Growing, EpochCurves.EffectiveRate, epoch, epoch));
        int back = Enumerable.Range(First + 1, Second - First).FirstOrDefault(epoch => Share(epoch).Mean >= Back, Second + 1) - First;
        return
        [
            ClaimCheck.AtLeast("the epoch after the drop has a training loss lower by at least 0.03 than without",
                Gap(First + 1, First + 1), 0.03),
            ClaimCheck.AtMost("in that epoch the effective rate is at most half of the one without the drop", Share(First + 1), 0.5, 0.3),
            new($"it is back at {Back} of it within 2 to 6 epochs (3.4 are predicted)", back is >= 2 and <= 6, $"in epoch {back} after it")
            {
                Power = CheckPower.OfMean(Share(Math.Min(First + back, Second)), Back, 0.08, isUpper: false),
            },
            ClaimCheck.AtMost("over the last three epochs before the second drop the loss is lower by no more than 0.01",
                Gap(Second - 2, Second),
                0.01, 0.02),
            ClaimCheck.AtMost("and so it is at the end, after the second drop", Gap(Epochs - 2, Epochs), 0.01, 0.02),
        ];
    }
}
