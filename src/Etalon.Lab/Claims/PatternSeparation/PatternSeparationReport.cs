using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.PatternSeparation;

/// <summary>What <see cref="PatternSeparationExperiment"/> found.</summary>
public sealed record PatternSeparationReport
{
    private const string Simple = RunMetrics.Simple, Complex = RunMetrics.Complex, Noisy = RunMetrics.Noisy;

    internal PatternSeparationReport(IReadOnlyList<ArmResult> arms) => (Arms, Checks) = (arms, Judge(arms));

    /// <summary>What each arm gave.</summary>
    public IReadOnlyList<ArmResult> Arms { get; }

    /// <summary>What was expected, and whether it was so.</summary>
    public IReadOnlyList<ClaimCheck> Checks { get; }

    /// <summary>Whether everything was as expected.</summary>
    public bool Holds => Checks.All(check => check.Holds);

    /// <summary>The arm of a name; null where it was not run.</summary>
    internal ArmResult? Find(string name) => Arms.FirstOrDefault(result => result.Arm.Name == name);

    private static IReadOnlyList<ClaimCheck> Judge(IReadOnlyList<ArmResult> arms)
    {
        var byName = arms.ToDictionary(result => result.Arm.Name);
        ArmResult easy = byName[PatternArms.EasyDecayed], hard = byName[PatternArms.HardDecayedLate], easySmall = byName[PatternArms.EasySmall], hardSmall = byName[PatternArms.HardSmall];
        return
        [
            ClaimCheck.AtLeast("σ 0.5, after 20 epochs at rate 1: accuracy on simple patterns at least 0.95", easy.At(Simple, 20), 0.95),
            ClaimCheck.AtMost("σ 0.5, after 20 epochs at rate 1: accuracy on complex patterns at most 0.75", easy.At(Complex, 20), 0.75),
            ClaimCheck.AtLeast("σ 0.5: the first epoch after the decay adds at least 0.04 on complex patterns", easy.At(Complex, 21).Minus(easy.At(Complex, 20)), 0.04),
            ClaimCheck.AtLeast("σ 1: the first epoch after the decay adds at least 0.04 on complex patterns", hard.At(Complex, 31).Minus(hard.At(Complex, 30)), 0.04),
            ClaimCheck.AtLeast("σ 0.5: in the end the decayed rate is at least 0.02 above constant 0.01 on complex patterns", easy.At(Complex, 40).Minus(easySmall.At(Complex, 40)), 0.02),
            ClaimCheck.AtLeast("σ 1: in the end the decayed rate (30 + 5 + 5) is at least 0.02 above constant 0.01 on complex patterns", hard.At(Complex, 40).Minus(hardSmall.At(Complex, 40)), 0.02),
            ClaimCheck.AtLeast("σ 1: constant 0.01 memorizes at least 0.99 of the noisy images", hardSmall.At(Noisy, 40), 0.99),
            ClaimCheck.AtMost("σ 1: the decayed rate (30 + 5 + 5) memorizes at most 0.75 of them", hard.At(Noisy, 40), 0.75),
        ];
    }
}
