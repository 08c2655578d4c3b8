using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.Diagnosis.Phases;
using Etalon.Numerics;
using Etalon.Schedules.Dynamics;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// D9: |w'|^2 over what the update rule makes of weights, buffer and gradient, minus 1: rounding, unless something else changes the
/// weights. Logged, or without momentum found from two rows that follow each other: |w'|^2 = (1 - eta lambda)^2 |w|^2 + eta^2 |g|^2. Amin,
/// Chang and Khanna 2026, Theorem 2.1.
/// </summary>
/// <remarks>
/// A hundred-millionth in float32 with sums in float64, a millionth with float32 sums, more where norms were written with few digits. A
/// fault of the size of the decay itself, which is 2 L an update and often below 1e-4, is told by its mean: a tenth of it and four standard
/// errors.
/// </remarks>
internal sealed class ExactLaw() : GroupDiagnostic("D9", "residual of the exact law of |w|^2", "below 1e-6, as rounding leaves")
{
    private const double Largest = 1e-4, Rounding = 1e-6, OfDecay = 0.1;

    protected override Finding Judge(GroupPhase group)
    {
        double[] residuals = [.. Enumerable.Range(0, group.Steps.Count).Select(row => At(group, row))];
        double[] known = [.. residuals.Where(double.IsFinite)];
        if (known.Length == 0)
            return Finding(group, "needs residual/NAME, or without momentum rows of consecutive updates with gradsq/NAME");
        double size = Math.Sqrt(known.Average(residual => residual * residual)), own = 2 * (group.Law?.Units ?? 0);
        var mean = PhaseEstimate.Of(residuals, group.Steps, 1);
        double limit = Math.Max(Rounding, OfDecay * own);
        bool isOneSided = Math.Abs(mean.Mean) > limit && mean.Away(0) > Significant;
        bool isBroken = size > Largest || isOneSided;
        string what = !isBroken ? "holds"
            : isOneSided && mean.Mean < 0 && own > 0
            ? $"broken: the norm shrinks as by a further {Text.Number(-mean.Mean / own, 2)} of the decay: a second decay, or a clip after "
                + "the gradient was logged"
            : "broken: something else changes the weights: a projection, an average swapped in, a clip after the gradient was logged, or "
                + "norms of few digits";
        return Finding(group, what) with
        {
            Value = size,
            Predicted = 0,
            Severity = Math.Max(size / Largest, isOneSided ? Math.Abs(mean.Mean) / limit : 0),
        };
    }

    // What a radial gradient accounts for is D8's matter; a log may or may not have counted it in.
    /// <summary>The residual of a row, less what a gradient along the weights accounts for; NaN where it cannot be said.</summary>
    public static double At(GroupPhase group, int row)
    {
        double residual = double.IsFinite(group.Of(group.Group.Residual)[row]) ? group.Of(group.Group.Residual)[row] : FromRows(group, row);
        var (rate, _, momentum) = group.NumbersAt(row);
        double radial =
            2 * rate * (1 + momentum) * Math.Abs(group.Of(group.Group.Dot)[row]) / Elementary.Pow(group.Of(group.Group.Norm)[row], 2);
        return double.IsFinite(radial) ? Math.CopySign(Math.Max(0, Math.Abs(residual) - radial), residual) : residual;
    }

    private static double FromRows(GroupPhase group, int row)
    {
        var log = group.Phase.Log;
        int at = group.Phase.FirstRow + row;
        var (rate, decay, momentum) = group.NumbersAt(row);
        bool isFollowed = at + 1 < log.Steps.Length && log.Steps[at + 1] == log.Steps[at] + 1;
        if (log.Kind != OptimizerKind.Sgd || momentum != 0 || !isFollowed) return double.NaN;
        double square = Elementary.Pow(group.Group.Norm[at], 2);
        return Elementary.Pow(group.Group.Norm[at + 1], 2)
            / MomentumFreeLaws.NextNormSquare(square, rate, decay, square * group.Group.GradientSquare[at]) - 1;
    }
}
