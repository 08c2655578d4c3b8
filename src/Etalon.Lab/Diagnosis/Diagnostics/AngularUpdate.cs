using Etalon.Lab.Diagnosis.Measurements;

namespace Etalon.Lab.Diagnosis.Diagnostics;

/// <summary>D6: rho, the angle of an update over that at equilibrium, sqrt(2 eta lambda/(1 + mu)) for heavy ball, which depends on no gradient. Wan et al. 2021, Theorem 3; Kosson et al. 2024.</summary>
internal sealed class AngularUpdate() : GroupDiagnostic("D6", "angular update over equilibrium, rho", "0.8 to 1.25 and 4 standard errors, from M = 0.5 on")
{
    private const double Least = 0.8, Most = 1.25;

    protected override Finding Judge(GroupPhase group)
    {
        if (WithoutEquilibrium(group) is { } reason) return Finding(group, reason);
        var rho = group.Rotation;
        if (!rho.IsKnown) return Finding(group, "needs angle/NAME in at least three rows");
        bool isTold = rho.Away(1) > Significant && group.Units >= MixingUnitsOfPhase.Transient;
        return Finding(group, $"turns by {rho.Mean * group.Law!.Angle:G4} rad an update, at equilibrium {group.Law.Angle:G4}") with
        {
            Value = rho.Mean,
            Error = rho.Error,
            Predicted = 1,
            Severity = Math.Min(Math.Abs(Math.Log(rho.Mean)) / Math.Log(Most), rho.Away(1) / Significant),
            Flag = isTold && rho.Mean < Least ? FlagKind.UnderRotating : isTold && rho.Mean > Most ? FlagKind.OverRotating : null,
        };
    }
}
