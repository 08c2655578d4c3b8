using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.LabelNoise;

/// <summary>What <see cref="LabelNoiseExperiment"/> found.</summary>
public sealed record LabelNoiseReport
{
    internal const string Memorized = "fit/memorized", Corrected = "fit/corrected", Clean = "fit/accuracy/clean", Test = RunMetrics.TestAccuracy;

    private readonly RateArms _arms;

    internal LabelNoiseReport(LabelNoiseExperiment experiment, IReadOnlyList<ArmResult> arms)
    {
        (Experiment, Arms, _arms) = (experiment, arms, RateArms.Of(arms));
        SuppressionChecks = [.. Suppression()];
        DecayChecks = [.. Decay()];
    }

    /// <summary>What was run.</summary>
    public LabelNoiseExperiment Experiment { get; }

    /// <summary>What each arm gave; the decayed one first.</summary>
    public IReadOnlyList<ArmResult> Arms { get; }

    /// <summary>What was expected if a large rate suppresses memorizing (C4), and whether it was so.</summary>
    public IReadOnlyList<ClaimCheck> SuppressionChecks { get; }

    /// <summary>What was expected if its decay brings what is harder to learn (C5), and whether it was so.</summary>
    public IReadOnlyList<ClaimCheck> DecayChecks { get; }

    private IEnumerable<ClaimCheck> Suppression()
    {
        int stage = Experiment.FirstStage, end = Experiment.Epochs;
        string large = _arms.Large.Arm.Title;
        foreach (var other in new[] { _arms.Medium, _arms.Small })
            yield return ClaimCheck.AtLeast(
                $"after {stage} epochs {large} has memorized at least 0.1 fewer of the wrong labels than {other.Arm.Title}", other.At(Memorized, stage).Minus(_arms.Large.At(Memorized, stage)), 0.1);
        yield return ClaimCheck.AtLeast(
            $"and gives at least 0.05 more of their images the true class than {_arms.Medium.Arm.Title}", _arms.Large.At(Corrected, stage).Minus(_arms.Medium.At(Corrected, stage)), 0.05);
        yield return ClaimCheck.AtLeast(
            $"in the end the decayed rate has memorized at least 0.1 fewer than {_arms.Medium.Arm.Title}", _arms.Medium.At(Memorized, end).Minus(_arms.Decayed.At(Memorized, end)), 0.1);
    }

    private IEnumerable<ClaimCheck> Decay()
    {
        int stage = Experiment.FirstStage, end = Experiment.Epochs;
        yield return ClaimCheck.AtLeast("the best test accuracy after the decay is at least 0.01 above the best before it", _arms.Decayed.Gain(Test, stage), 0.01);
        yield return ClaimCheck.AtLeast("and the best accuracy on clean training images at least 0.02", _arms.Decayed.Gain(Clean, stage), 0.02);
        foreach (var constant in new[] { _arms.Large, _arms.Medium, _arms.Small })
            yield return ClaimCheck.AtLeast(
                $"in the end its test accuracy is at least 0.01 above that of {constant.Arm.Title}", _arms.Decayed.At(Test, end).Minus(constant.At(Test, end)), 0.01);
    }
}
