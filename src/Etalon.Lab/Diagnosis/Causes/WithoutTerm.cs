using Etalon.Lab.Diagnosis.Logs;
using Etalon.Numerics;

namespace Etalon.Lab.Diagnosis;

/// <summary>A group's columns as they would be without an L2 term c |w|²/2 in the loss, with c counted as weight decay.</summary>
/// <remarks>
/// g is the data's gradient and c w. So |g|² less 2 c g.w and plus c² |w|² is the data's, and v.g less c v.w. Of the sums over the updates
/// between two rows these corrections are taken by the trapezoid: they are c |w|/|g| or less of the sum, some thousandths, and smooth.
/// </remarks>
internal static class WithoutTerm
{
    /// <summary>The group without the term.</summary>
    public static LogGroup Of(LogGroup group, RunLog log, PenaltyRows term)
    {
        double[] pulls = [.. group.Norm.Select((_, row) => row >= term.First && row < term.End ? term.Pull : 0)];
        // What the term adds to |g|² and to v.g of a row.
        double[] square = [.. pulls.Select(
            (pull, row) => pull == 0 ? 0 : 2 * pull * group.Dot[row] - Elementary.Pow(pull * group.Norm[row], 2))],
            along = [.. pulls.Select((pull, row) => pull == 0 ? 0 : pull * group.BufferWeight[row])];

        // Of an interval that has the term in all of its updates, or in none.
        double[] Sums(double[] sums, Func<int, double, double> added) =>
            [.. sums.Select((sum, row) => row == 0 ? sum
                : pulls[row - 1] != pulls[row] ? double.NaN
                : pulls[row] == 0 ? sum : sum + added(row, sum))];

        double Between(int row, double[] values)
        {
            double Of(int at) => group.Rate[at] * group.Rate[at] * values[at];
            return (log.Steps[row] - log.Steps[row - 1]) * (Of(row - 1) + Of(row)) / 2;
        }

        return group with
        {
            Dot = [.. group.Dot.Select((dot, row) => dot - pulls[row] * group.Norm[row] * group.Norm[row])],
            GradientSquare = [.. group.GradientSquare.Select((value, row) => pulls[row] == 0 ? value : Math.Max(0, value - square[row]))],
            BufferDot = [.. group.BufferDot.Select((value, row) => double.IsFinite(along[row]) ? value - along[row] : value)],
            WeightDecay = [.. group.WeightDecay.Select((decay, row) => decay + pulls[row])],
            GradientSquareSum = Sums(group.GradientSquareSum, (row, _) => -Between(row, square)),
            BufferDotSum = Sums(group.BufferDotSum, (row, _) => -Between(row, along)),
            DecaySum = Sums(group.DecaySum, (row, _) => pulls[row] * group.RateSum[row]),
        };
    }
}
