using Etalon.Lab.Diagnosis.Phases;
using Etalon.Numerics;
using Etalon.Schedules.Dynamics;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// D10: ln B - ln(1 + Phi^2 s), by how much schedule and decay lengthen the step on the sphere in an update more than the gradient shortens
/// it. Amin, Chang and Khanna 2026.
/// </summary>
internal sealed class ScheduleForcing() : GroupDiagnostic("D10", "schedule forcing of the effective step",
    "none; its sign says where the step goes")
{
    protected override Finding Judge(GroupPhase group)
    {
        if (WithoutLaw(group) is { } reason) return Finding(group, reason);
        if (group.Numbers.Momentum != 0) return Finding(group, "a law without momentum; with it, D4 shows the drift");
        double[] rows = [.. Enumerable.Range(0, group.Steps.Count).Select(row => At(group, row)).Where(double.IsFinite)];
        if (rows.Length == 0) return Finding(group, "needs gradsq/NAME");
        double mean = rows.Average();
        return Finding(group,
            mean > 0 ? "the effective step rises" : mean < 0 ? "the effective step falls" : "the effective step stays") with
        {
            Value = mean,
            Severity = Math.Abs(mean)
        };
    }

    private static double At(GroupPhase group, int row)
    {
        var (rate, decay, _) = group.NumbersAt(row);
        var (nextRate, _, _) = group.NumbersAt(Math.Min(row + 1, group.Steps.Count - 1));
        double norm = group.Of(group.Group.Norm)[row], square = group.Of(group.Group.GradientSquare)[row] * norm * norm;
        if (!(rate > 0 && nextRate > 0 && rate * decay < 1 && square >= 0)) return double.NaN;
        double phi = MomentumFreeLaws.Phi(rate, decay, norm);
        // Between two rows the rate is taken to move evenly.
        double oneUpdateLater = rate * Elementary.Pow(nextRate / rate, 1.0 / group.StepsFrom(row));
        return MomentumFreeLaws.LogForcing(rate, decay, oneUpdateLater, decay) - Elementary.Log(1 + phi * phi * square);
    }
}
