using Etalon.Lab.Diagnosis.Phases;
using Etalon.Numerics;

namespace Etalon.Lab.Diagnosis;

/// <summary>D7: the updates until |w|^4 is within 5 % of its equilibrium, ln(|r - 1|/0.05)/(4 L). Li, Lyu and Arora 2020.</summary>
internal sealed class TimeLeft() : GroupDiagnostic("D7", "updates to within 5 % of equilibrium", "none")
{
    private const double Within = 0.05;

    protected override Finding Judge(GroupPhase group)
    {
        if (WithoutGradients(group) is { } reason) return Finding(group, reason);
        if (!group.Gap.IsKnown) return Finding(group, "too few rows to tell");
        double left = LeftOf(group);
        return Finding(group,
            left == 0 ? "there" : $"{Text.Number(left / (group.Phase.End - group.Phase.Begin), 2)} times the phase's length") with
        {
            Value = left,
            Severity = left * group.Law!.Units
        };
    }

    /// <summary>The updates; 0 where the group is there, or its distance cannot be told from noise.</summary>
    public static double LeftOf(GroupPhase group) =>
        group.Gap is { IsKnown: true } gap && gap.Away(1) > Significant
            ? Math.Max(0, Elementary.Log(Math.Abs(gap.Mean - 1) / Within) / (4 * group.Law!.Units)) : 0;
}
