using Etalon.Lab.Diagnosis.Phases;
using Etalon.Numerics;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// D16: by what to multiply scale-invariant weights at the phase's begin, and to divide their buffer, to be at its equilibrium at once:
/// k^(-1/4) where the rate was divided by k. Wan et al. 2021, section 4.1.
/// </summary>
internal sealed class RescaleAdvice() : GroupDiagnostic("D16", "factor that spares the wait", "none; an advice")
{
    protected override Finding Judge(GroupPhase group)
    {
        if (WithoutGradients(group) is { } reason) return Finding(group, reason);
        double factor =
            Elementary.Pow(group.Law!.FourthPower * group.GradientSquare.Mean / group.FourthPower.FirstOrDefault(double.IsFinite), 0.25);
        return Finding(group, "multiply w by it at the phase's begin, and divide the momentum buffer by it") with
        {
            Value = factor,
            Severity = Math.Abs(Elementary.Log(factor))
        };
    }
}
