using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.DecayExplanations;

/// <summary>What <see cref="DecayExplanationsExperiment"/> found.</summary>
public sealed record DecayExplanationsReport
{
    // Updates on each side of a decay over which the fall of the loss is compared.
    private const int Around = 10;

    // The reference's constant 0.003 ended at 0.0082.
    private const double Learned = 0.01;

    internal DecayExplanationsReport(IReadOnlyList<ArmResult> gradient, IReadOnlyList<ArmResult> stochastic, IReadOnlyList<CurvatureReading> curvatures)
    {
        (Gradient, Stochastic, Curvatures) = (gradient, stochastic, curvatures);
        GradientChecks = [.. NoJumps(), SlowerTheEarlier(), BelowTheBound()];
        StochasticChecks = [.. Jumps(), AboveTheControl(), NotTrapped()];
    }

    /// <summary>The arms on the full batch.</summary>
    public IReadOnlyList<ArmResult> Gradient { get; }

    /// <summary>The arms in small batches.</summary>
    public IReadOnlyList<ArmResult> Stochastic { get; }

    /// <summary>Leading eigenvalues on the full batch, of the first seed.</summary>
    public IReadOnlyList<CurvatureReading> Curvatures { get; }

    /// <summary>What was expected of gradient descent if the belief about it is insufficient, and whether it was so.</summary>
    public IReadOnlyList<ClaimCheck> GradientChecks { get; }

    /// <summary>The same for stochastic gradient descent.</summary>
    public IReadOnlyList<ClaimCheck> StochasticChecks { get; }

    /// <summary>Whether everything was as expected.</summary>
    public bool Holds => GradientChecks.Concat(StochasticChecks).All(check => check.Holds);

    // The loss of the line of step t is that before update t, and an update is an epoch: the line of epoch e has the loss after e - 1 updates.
    private static SeedSample LossAfter(ArmResult arm, int updates) => arm.At(RunMetrics.TrainLoss, updates + 1);

    private IEnumerable<ClaimCheck> NoJumps() => DecayExplanationsExperiment.GradientDecays.Select((step, index) =>
    {
        var arm = Gradient[index + 1];
        double before = LossAfter(arm, step - Around).Mean - LossAfter(arm, step).Mean, after = LossAfter(arm, step).Mean - LossAfter(arm, step + Around).Mean;
        return new ClaimCheck(
            $"full batch, decay after update {step}: no sudden fall, in the {Around} updates after it the loss falls by no more than in those before",
            after <= before, $"loss {LossAfter(arm, step).Mean:F5}, one update later {LossAfter(arm, step + 1).Mean:F5}; fell by {before:E1} before and by {after:E1} after");
    });

    private ClaimCheck SlowerTheEarlier()
    {
        double[] losses = [.. Gradient.Select(arm => LossAfter(arm, DecayExplanationsExperiment.Updates - 1).Mean)];
        bool isAscending = losses.Zip(losses.Skip(1)).All(pair => pair.First < pair.Second);
        return new("full batch: the earlier the decay, the higher the final loss, and lowest without one", isAscending, string.Join(", ", losses.Select(loss => $"{loss:F5}")));
    }

    private ClaimCheck BelowTheBound()
    {
        var large = Curvatures.Where(reading => reading.Rate >= 1).ToList();
        return new(
            "full batch: rate 1 is below 2 / λ, so it does not oscillate",
            large.All(reading => reading.Rate < reading.Hessian.LargestStableRate), string.Join(", ", large.Select(reading => $"2/λ = {reading.Hessian.LargestStableRate:G3} after {reading.Step}")));
    }

    private IEnumerable<ClaimCheck> Jumps()
    {
        var arm = Stochastic[DecayExplanationsExperiment.FirstDecays.Length - 1];
        foreach (var (metric, name) in new[] { (RunMetrics.FitLoss, "training loss"), (RunMetrics.TestAccuracy, "test accuracy"), (RunMetrics.Complex, "complex patterns") })
        {
            var gain = arm.Gain(metric, 20);
            yield return new($"small batches, decay after epoch 20: J above 0 for every seed, {name}", gain.Values.All(value => value > 0), $"{gain}, lowest {gain.Values.Min():F4}");
        }
    }

    private ClaimCheck AboveTheControl()
    {
        SeedSample decayed = Stochastic[DecayExplanationsExperiment.FirstDecays.Length - 1].Gain(RunMetrics.Complex, 20), constant = Stochastic[^2].Gain(RunMetrics.Complex, 20);
        return new("small batches: that J on complex patterns is above the one of a rate that stays at 0.3", decayed.Mean > constant.Mean, $"{decayed} against {constant}");
    }

    // Trapped would be a training loss that stays high. Not compared with constant 0.3, whose weights grow without decay, so that in the end it settles lower still.
    private ClaimCheck NotTrapped()
    {
        var small = Stochastic[^1].At(RunMetrics.FitLoss, DecayExplanationsExperiment.Epochs);
        return new($"small batches: constant 0.003 is not trapped, its final training loss is at most {Learned:R}", small.Mean <= Learned, $"{small}, with constant 0.3 {Stochastic[^2].At(RunMetrics.FitLoss, DecayExplanationsExperiment.Epochs)}");
    }
}
