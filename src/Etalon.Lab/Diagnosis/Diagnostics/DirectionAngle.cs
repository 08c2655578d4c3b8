using Etalon.Lab.Diagnosis.Phases;
using Etalon.Numerics;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// D6 of updates of their own size: the angle of an update over that at equilibrium, √(2 η λ/F), which depends on no gradient. Kosson et
/// al. 2024.
/// </summary>
internal sealed class DirectionAngle() : GroupDiagnostic("D6", "angular update over equilibrium, rho", "1 at equilibrium")
{
    private const double Most = 1.33;

    protected override Finding Judge(GroupPhase group)
    {
        var phase = new DirectionPhase(group);
        if (phase.Equilibrium is not { } equilibrium) return Finding(group, phase.WithoutEquilibrium!);
        var rho = phase.Rotation;
        if (!rho.IsKnown) return Finding(group, WithoutEstimate(group, group.Group.Angle, "angle/NAME", phase.Memory));
        return Finding(group,
            $"turns by {Text.Number(rho.Mean * equilibrium.Angle, 4)} rad an update, at equilibrium "
            + $"{Text.Number(equilibrium.Angle, 4)}") with
        {
            Value = rho.Mean,
            Margin = rho.Margin,
            Predicted = 1,
            Severity = Math.Min(Math.Abs(Elementary.Log(rho.Mean)) / Elementary.Log(Most), rho.Away(1) / Significant),
        };
    }
}
