using Etalon.Lab.Diagnosis.Phases;
using Etalon.Numerics;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// D6: rho, the angle of an update over that at equilibrium, sqrt(2 eta lambda/(1 + mu)) for heavy ball, which depends on no gradient. Wan
/// et al. 2021, Theorem 3; Kosson et al. 2024.
/// </summary>
internal sealed class AngularUpdate() : GroupDiagnostic("D6", "angular update over equilibrium, rho", "1 at equilibrium")
{
    private const double Most = 1.25;

    protected override Finding Judge(GroupPhase group)
    {
        if (WithoutEquilibrium(group) is { } reason) return Finding(group, reason);
        var rho = group.Rotation;
        if (!rho.IsKnown)
            return Finding(group, WithoutEstimate(group, group.Group.Angle, "angle/NAME", RuleSums.Memory(group.Numbers.Momentum)));
        return Finding(group,
            $"turns by {Text.Number(rho.Mean * group.Law!.Angle, 4)} rad an update, at equilibrium "
            + $"{Text.Number(group.Law.Angle, 4)}") with
        {
            Value = rho.Mean,
            Margin = rho.Margin,
            Predicted = 1,
            Severity = Math.Min(Math.Abs(Elementary.Log(rho.Mean)) / Elementary.Log(Most), rho.Away(1) / Significant),
        };
    }
}
