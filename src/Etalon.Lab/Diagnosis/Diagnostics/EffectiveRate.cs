using Etalon.Lab.Diagnosis.Phases;
using Etalon.Numerics;

namespace Etalon.Lab.Diagnosis;

/// <summary>D4: the effective rate eta/((1 - mu)|w|^2), the rate that the same run on the unit sphere would have. Li et al. 2022.</summary>
internal sealed class EffectiveRate() : GroupDiagnostic("D4", "effective rate at the end", "none")
{
    protected override Finding Judge(GroupPhase group)
    {
        if (WithoutLaw(group) is { } reason) return Finding(group, reason);
        double first = RateAt(group, 0), last = Elementary.Exp(group.Law!.Update.LogTotalRate) / Math.Sqrt(group.MeasuredFourthPower.Mean);
        if (double.IsNaN(last)) return Finding(group, "needs norm/NAME");
        bool hasGap = group.Gap.IsKnown;
        string drift = group.Phase.IsConstant && double.IsFinite(first) && Math.Abs(last / first - 1) >= 0.1
            ? $"{Text.Number(last / first)} times what the phase began with" : "as the phase began";
        return Finding(group, hasGap ? $"{Text.Number(1 / Math.Sqrt(group.Gap.Mean))} times its equilibrium value; {drift}" : drift) with
        {
            Value = last,
            Predicted = hasGap ? last * Math.Sqrt(group.Gap.Mean) : double.NaN,
            Severity = hasGap ? Math.Abs(Elementary.Log(group.Gap.Mean)) : 0,
        };
    }

    private static double RateAt(GroupPhase group, int row) =>
        group.LawAt(row) is { } law ? Elementary.Exp(law.Update.LogTotalRate) / Math.Sqrt(group.FourthPower[row]) : double.NaN;
}
