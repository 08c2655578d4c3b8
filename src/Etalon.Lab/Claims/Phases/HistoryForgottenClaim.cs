using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.Phases;

/// <summary>I5: after enough mixing units under shared numbers nothing tells which history a run has.</summary>
internal sealed class HistoryForgottenClaim : PhasesClaim
{
    private const int History = 10, Common = 15, Last = 8;

    private const double Decay = InvariantRecipe.Decay, Rate = InvariantRecipe.Rate;

    // As the paper's were, these were drawn at random once: rate from 0.02 to 0.6 and decay from 0 to 0.02.
    private static readonly (string Name, double Rate, double Decay)[] Histories =
        [("one", 0.02, 0.005), ("two", 0.6, 0.001), ("three", 0.2, 0), ("four", 0.05, 0.02), ("five", 0.4, 0.0025)];

    /// <inheritdoc/>
    public override string Name => "forgets-history";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Ids => ["I5"];

    /// <inheritdoc/>
    public override string Statement =>
        "Runs with different histories of rate and decay come to one equilibrium once they share their numbers, and end alike after the "
            + "decay.";

    /// <inheritdoc/>
    public override string Source =>
        "Li, Lyu and Arora 2020, *Reconciling modern deep learning with traditional optimization analyses: the intrinsic learning rate*"
        + ", figure 5.";

    /// <inheritdoc/>
    public override string Question => "Do five random histories leave a trace in accuracy, norm or effective rate?";

    /// <inheritdoc/>
    public override string PaperSays =>
        "PreResNet-32 on CIFAR-10: five random schedules for 500 epochs, the same from then on; accuracies, norms and effective rates "
            + "become "
        + "the same, and after the decay at epoch 1,000 all reach about 95 %.";

    private protected override string Setting => $"{Noisy}; five histories of {History} epochs, then rate 0.2 and decay 0.005 for {Common} "
        + $"(6.6 mixing units), then rate 0.02 without decay for {Last}";

    private protected override double Minutes => 0.5;

    internal override IReadOnlyList<ExperimentArm> Arms =>
    [
        .. Histories.Select(history => Arm(history.Name, $"{history.Rate} with decay {history.Decay} first", InvariantRecipe.NoisyDigits(1),
            (History, history.Rate, history.Decay), (Common, Rate, Decay), (Last, Rate / 10, 0))),
    ];

    internal override IReadOnlyList<ClaimCheck> Judge(PhasesReport report)
    {
        const int settled = History + Common, end = settled + Last;
        return
        [
            ClaimCheck.AtLeast("after the histories the norms of two arms are at least 1.5 times apart",
                Quotient(report, EpochCurves.Norm, History, History), 1.5, 0.4) with { IsControl = true },
            ClaimCheck.AtMost("over the last five shared epochs no two training accuracies are farther apart than 0.015",
                Difference(report, EpochCurves.TrainAccuracy, settled - 4, settled), 0.015),
            ClaimCheck.AtMost("and no norm is more than 1.03 times another",
                Quotient(report, EpochCurves.Norm, settled - 4, settled), 1.03, 0.03),
            ClaimCheck.AtMost("and no effective rate more than 1.06 times another",
                Quotient(report, EpochCurves.EffectiveRate, settled - 4, settled), 1.06, 0.06),
            ClaimCheck.AtMost("after the decay no two test accuracies are farther apart than 0.015",
                Difference(report, RunMetrics.TestAccuracy, end - 2, end), 0.015),
            ClaimCheck.AtMost("nor two training accuracies farther than 0.02",
                Difference(report, EpochCurves.TrainAccuracy, end - 2, end), 0.02),
        ];
    }

    private static SeedSample Difference(PhasesReport report, string metric, int first, int last)
    {
        var (least, most) = Farthest(report, metric, first, last);
        return most.Minus(least);
    }

    private static SeedSample Quotient(PhasesReport report, string metric, int first, int last)
    {
        var (least, most) = Farthest(report, metric, first, last);
        return PhasesReport.Ratio(most, least);
    }

    // Of ten pairs the one whose means are farthest apart: chosen so, it errs against the claim.
    private static (SeedSample Least, SeedSample Most) Farthest(PhasesReport report, string metric, int first, int last)
    {
        var samples = Histories.Select(history => report.Over(history.Name, metric, first, last)).OrderBy(sample => sample.Mean).ToList();
        return (samples[0], samples[^1]);
    }
}
