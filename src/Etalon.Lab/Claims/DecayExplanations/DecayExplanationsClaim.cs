using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Claims.DecayExplanations;

/// <summary>
/// The claims that the two common explanations of step decay are insufficient, by <see cref="DecayExplanationsExperiment"/>.
/// </summary>
internal sealed class DecayExplanationsClaim : Claim
{
    // Updates on each side of a decay over which the fall of the loss is compared.
    private const int Around = 10;

    // The reference's constant 0.003 ended at 0.0082.
    private const double Learned = 0.01;

    /// <summary>The experiment, with the settings of the claim by default.</summary>
    public DecayExplanationsExperiment Experiment { get; init; } = new();

    /// <inheritdoc/>
    public override string Name => "decay-beliefs";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Ids => ["L3", "C1", "C2", "C3"];

    /// <inheritdoc/>
    public override string Statement =>
        "Step decay helps neither because gradient descent stops oscillating nor because stochastic gradient descent settles in the "
        + "minimum that it hovered around.";

    /// <inheritdoc/>
    public override string Source =>
        "You, Long, Wang and Jordan 2019, *How does learning rate decay help modern neural networks?*, the experiments on the two common "
        + "beliefs.";

    /// <inheritdoc/>
    public override string Question =>
        "Does the loss of gradient descent fall suddenly where the rate decays, and is the best of stochastic gradient descent after the "
            + "decay "
        + "no better than before it?";

    /// <inheritdoc/>
    public override string PaperSays =>
        "Full-batch descent shows no sudden change at a decay, and decaying earlier only slows it; with batches there is a jump beyond "
        + "anything seen before the decay; small constant rates are not trapped. No number was to be had.";

    /// <inheritdoc/>
    public override ClaimCost? CostAt(ClaimScale scale) => scale switch
    {
        ClaimScale.Quick => null,
        _ => new(5),
    };

    /// <inheritdoc/>
    internal override IReadOnlyList<Recipe> Recipes(ClaimRun run) => Of(run).Recipes;

    private DecayExplanationsExperiment Of(ClaimRun run) => Experiment with { Seeds = run.SeedsOr(Experiment.Seeds) };

    /// <inheritdoc/>
    public override ClaimReport Reproduce(ClaimRun run)
    {
        var experiment = Of(run);
        var report = experiment.Run(run);
        IReadOnlyList<ClaimCheck> gradient = JudgeGradient(report), stochastic = JudgeStochastic(report);
        return new ClaimReport(
            this,
            "A perceptron 256-256-256-10 with batch normalization on 2,000 clean images of PS10 with 4 simple and 20 complex patterns a "
            + "class, without weight decay: "
            + $"600 updates on the full batch at σ 0.5 without momentum, and 60 epochs in batches of 32 at σ 1 with momentum 0.9 for "
            + $"{experiment.Seeds} seeds.",
            [.. gradient, .. stochastic],
            [
                "## Leading eigenvalues, full batch", "", .. report.CurvatureTable, "",
                "## J, small batches", "", .. report.GainTable, "",
                "## The three explanations", "", .. new ExplanationTable { Gradient = gradient, Stochastic = stochastic }.Lines,
            ],
            report.Picture, report.Measurements);
    }

    /// <summary>What was expected of gradient descent if the belief about it is insufficient, and whether it was so.</summary>
    internal static IReadOnlyList<ClaimCheck> JudgeGradient(DecayExplanationsReport report) =>
        [.. NoJumps(report), SlowerTheEarlier(report), BelowTheBound(report)];

    /// <summary>The same for stochastic gradient descent.</summary>
    internal static IReadOnlyList<ClaimCheck> JudgeStochastic(DecayExplanationsReport report) =>
        [.. Jumps(report), AboveTheControl(report), NotTrapped(report)];

    // The loss of the line of step t is that before update t, and an update is an epoch: the line of epoch e has the loss after e - 1
    // updates.
    private static SeedSample LossAfter(ArmResult arm, int updates) => arm.At(RunMetrics.TrainLoss, updates + 1);

    // The one whose rate falls latest.
    private static ArmResult LastDecayed(DecayExplanationsReport report) =>
        ArmResult.Named(DecayExplanationsExperiment.SgdDecayed(DecayExplanationsExperiment.FirstDecays[^1]), report.Stochastic);

    private static IEnumerable<ClaimCheck> NoJumps(DecayExplanationsReport report) =>
        DecayExplanationsExperiment.GradientDecays.Select(step =>
    {
        var arm = ArmResult.Named(DecayExplanationsExperiment.FullDecayed(step), report.Gradient);
        double before = LossAfter(arm, step - Around).Mean - LossAfter(arm, step).Mean,
            after = LossAfter(arm, step).Mean - LossAfter(arm, step + Around).Mean;
        return new ClaimCheck(
            $"full batch, decay after update {step}: no sudden fall, in the {Around} updates after it the loss falls by no more than in "
            + $"those before",
            after <= before,
            $"loss {LossAfter(arm, step).Mean:F5}, one update later {LossAfter(arm, step + 1).Mean:F5}; fell by {before:E1} before and "
            + $"by {after:E1} after")
        {
            Power = CheckPower.OfNoChance("a full batch draws nothing; in small batches the loss does fall at a decay"),
        };
    });

    private static ClaimCheck SlowerTheEarlier(DecayExplanationsReport report)
    {
        double[] losses = [.. report.Gradient.Select(arm => LossAfter(arm, DecayExplanationsExperiment.Updates - 1).Mean)];
        bool isAscending = losses.Zip(losses.Skip(1)).All(pair => pair.First < pair.Second);
        double orders = Enumerable.Range(1, losses.Length).Aggregate(1.0, (product, factor) => product * factor);
        return new("full batch: the earlier the decay, the higher the final loss, and lowest without one", isAscending,
            string.Join(", ", losses.Select(loss => $"{loss:F5}")))
        {
            Power = new(0, 1 / orders, true,
                $"a full batch draws nothing; where the decay does not matter, this is 1 of {orders:0} orders"),
        };
    }

    private static ClaimCheck BelowTheBound(DecayExplanationsReport report)
    {
        var large = report.Curvatures.Where(reading => reading.Rate >= 1).ToList();
        return new(
            "full batch: rate 1 is below 2 / λ, so it does not oscillate",
            large.All(reading => reading.Rate < reading.Hessian.LargestStableRate),
            string.Join(", ", large.Select(reading => $"2/λ = {reading.Hessian.LargestStableRate:G3} after {reading.Step}")))
        {
            Power = CheckPower.OfNoChance("λ is measured on the very states"),
        };
    }

    private static IEnumerable<ClaimCheck> Jumps(DecayExplanationsReport report)
    {
        var arm = LastDecayed(report);
        foreach (var (metric, name) in new[] { (RunMetrics.FitLoss, "training loss"), (RunMetrics.TestAccuracy, "test accuracy"),
            (RunMetrics.Complex, "complex patterns") })
        {
            var gain = arm.Gain(metric, 20);
            yield return new($"small batches, decay after epoch 20: J above 0 for every seed, {name}", gain.Values.All(value => value > 0),
                $"{gain}, lowest {gain.Values.Min():F4}")
            {
                Power = CheckPower.OfEverySign(gain),
            };
        }
    }

    private static ClaimCheck AboveTheControl(DecayExplanationsReport report)
    {
        SeedSample decayed = LastDecayed(report).Gain(RunMetrics.Complex, 20),
            constant = ArmResult.Named(DecayExplanationsExperiment.Sgd, report.Stochastic).Gain(RunMetrics.Complex, 20);
        return new("small batches: that J on complex patterns is above the one of a rate that stays at 0.3", decayed.Mean > constant.Mean,
            $"{decayed} against {constant}")
        {
            Power = CheckPower.OfSign(decayed.Minus(constant)),
        };
    }

    // Trapped would be a training loss that stays high. Not compared with constant 0.3, whose weights grow without decay, so that in the
    // end it settles lower still.
    private static ClaimCheck NotTrapped(DecayExplanationsReport report)
    {
        SeedSample small = FinalLoss(DecayExplanationsExperiment.SgdSmall), large = FinalLoss(DecayExplanationsExperiment.Sgd);
        return new($"small batches: constant 0.003 is not trapped, its final training loss is at most {Learned:R}", small.Mean <= Learned,
            $"{small}, with constant 0.3 {large}")
        {
            Power = CheckPower.OfMean(small, Learned, Learned, isUpper: true),
        };

        SeedSample FinalLoss(string arm) =>
            ArmResult.Named(arm, report.Stochastic).At(RunMetrics.FitLoss, DecayExplanationsExperiment.Epochs);
    }
}
