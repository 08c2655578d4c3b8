using Etalon.Lab.Diagnosis.Phases;
using Etalon.Numerics;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// D5: r = |w|^4 over its equilibrium value for the measured S. Wan et al. 2021, Theorem 2; with the closed forms of
/// <see cref="Schedules.Dynamics.Equilibrium"/>.
/// </summary>
/// <remarks>A tenth in |w|^4 is a fortieth in |w| and a twentieth in the effective rate.</remarks>
internal sealed class NormGap() : GroupDiagnostic("D5", "|w|^4 over equilibrium, r", "1 at equilibrium")
{
    /// <summary>How far r may be from 1.</summary>
    public const double Tolerance = 0.1;

    protected override Finding Judge(GroupPhase group)
    {
        if (WithoutGradients(group) is { } reason) return Finding(group, reason);
        var gap = group.Gap;
        if (!gap.IsKnown) return Finding(group, "too few rows to tell");
        double norm = Elementary.Pow(group.MeasuredFourthPower.Mean, 0.25), expected = norm / Elementary.Pow(gap.Mean, 0.25);
        string doubt = group.Source.IsComplete
            ? "" : "; S lacks the momentum buffer's share (log buffer_dot or angle), so r may be some percent too large, or more where "
                + "gradients hardly change";
        return Finding(group, $"|w| = {Text.Number(norm, 4)}, at equilibrium {Text.Number(expected, 4)}{doubt}") with
        {
            Value = gap.Mean,
            Margin = gap.Margin,
            Predicted = 1,
            Severity = Math.Min(Math.Abs(gap.Mean - 1) / Tolerance, gap.Away(1) / Significant),
        };
    }
}
