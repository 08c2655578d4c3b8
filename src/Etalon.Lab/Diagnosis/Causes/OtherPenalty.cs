using Etalon.Lab.Diagnosis.Logs;
using Etalon.Numerics;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// A term in the loss that pulls all weights to 0 and is no L2 term: g.w is positive in every row and of one size, where that of data
/// scatters by more than itself and has both signs. An L1 term c |w|_1 has g.w = c |w|_1.
/// </summary>
/// <remarks>
/// In networks with an L1 term ln(g.w/|w|²) has a standard deviation of 0.08 to 0.6 over a run, as norms move; where no normalization
/// follows or its statistics are stored, 0.9 and more, and a tenth of the rows or more are negative.
/// </remarks>
internal sealed class OtherPenalty : Cause
{
    // Of ln(g.w/|w|²), its standard deviation; of g.w/|w|_1, the quartiles' distance over the median.
    private const double MostScatter = 0.7, OfL1 = 0.05;

    private const double Positive = 0.95, MostGroups = 0.7, LeastOfDecay = 1e-3;
    private const int FewestRows = 4, FewestAlone = 12;

    public override IEnumerable<Flag> Find(Evidence evidence)
    {
        var asked = evidence.Groups.Where(group => evidence.IsInvariant(group.Name)).Select(group => (Group: group, Rows: Known(group)))
            .Where(each => each.Rows.Length >= FewestRows).ToList();
        var loose = asked.Where(each => IsLoose(each.Group) || HasL1(each.Group, each.Rows)).ToList();
        var pulled = loose.Where(each => IsPulled(each.Group, each.Rows)).ToList();
        if (asked.Count == 0) yield break;
        if (!IsTerm(loose.Count, pulled))
        {
            evidence.Checked.Add("an L1 term in the loss");
            yield break;
        }
        double[] ratios = [.. pulled.Select(each => L1(each.Group, each.Rows)).OfType<double>()];
        bool isL1 = ratios.Length == pulled.Count && ratios.Max() - ratios.Min() <= OfL1 * ratios.Max();
        double ratio = ratios.Length > 0 ? Median(ratios) : double.NaN;
        var pulls = pulled.SelectMany(each => each.Rows.Select(row => Pull(each.Group, row))).ToList();
        evidence.SetAside(evidence.Groups.Select(group => group.Name));
        string size = Text.Range(pulls.Min(), pulls.Max());
        yield return isL1
            ? new(
                FlagKind.OtherPenalty, $"An L1 term of {Text.Number(ratio)} |w|_1 in the loss",
                $"g.w/|w|_1 is the same {Text.Number(ratio)} in every row; it would be 0 without such a term.",
                "If it was not meant, take it out of the loss. If it was, know that behind a normalization it makes no weight 0 for its "
                    + "size "
                + "alone: it shrinks all of them, as weight decay does, and no law of norms here counts it.")
            {
                Value = ratio,
                Groups = [.. pulled.Select(each => each.Group.Name)],
            }
            : new(
                FlagKind.OtherPenalty,
                "A term in the loss pulls the weights to 0, and it is no constant L2 term: an L1 term is the likeliest",
                $"g.w is positive in every row, from {size} of |w|², and moves with the norms alone; without such a term it is 0, and "
                + $"without a normalization it has both signs.",
                "Look for what is added to the loss: an L1 term, an L2 term whose factor changes, a penalty on norms. What tells them "
                    + "apart: "
                + "log the sum of |w_i| as norm1/NAME, and of an L1 term g.w over it is a constant; or train some updates without each.")
            {
                Value = Median(pulls),
                Groups = [.. pulled.Select(each => each.Group.Name)],
            };
    }

    private static bool IsTerm(int loose, List<(LogGroup Group, int[] Rows)> pulled)
    {
        // Two or three groups of a few rows may agree by chance.
        if (pulled.Count == 0 || pulled.Count < MostGroups * loose || pulled.Sum(each => each.Rows.Length) < FewestAlone) return false;
        // A penalty's g.w knows nothing of the batch; a gradient that points along the weights by its own nature has it as |g| has.
        if (2 * pulled.Count(each => IsSmooth(each.Group, each.Rows)) <= pulled.Count) return false;
        // Of an L2 term g.w/|w|² is constant in most groups; of another it may be in one whose norm hardly moves.
        int constant = pulled.Count(each => PenaltyRows.Of(each.Group) is { } term && !term.IsPart(each.Group.Norm.Length));
        return 2 * constant < pulled.Count;
    }

    private static int[] Known(LogGroup group) =>
        [.. Enumerable.Range(0, group.Norm.Length).Where(row => double.IsFinite(group.Dot[row] + group.Norm[row]) && group.Dot[row] != 0)];

    private static double Pull(LogGroup group, int row) => group.Dot[row] / (group.Norm[row] * group.Norm[row]);

    private static bool IsLoose(LogGroup group) =>
        Phases.RadialCosine.RootMeanSquare(group.Dot, group.GradientSquare, group.Norm) > Phases.RadialCosine.Largest;

    // A small term does not make the loss depend on the scale; but g.w over Σ|w| is a constant, of which noise is far.
    private static bool HasL1(LogGroup group, int[] rows)
    {
        double decay = group.WeightDecay.Where(double.IsFinite).DefaultIfEmpty(0).Max();
        return L1(group, rows) is > 0 && Median([.. rows.Select(row => Pull(group, row))]) > LeastOfDecay * decay;
    }

    private static bool IsPulled(LogGroup group, int[] rows)
    {
        double[] logs = [.. rows.Where(row => group.Dot[row] > 0).Select(row => Elementary.Log(Pull(group, row)))];
        if (logs.Length < FewestRows || logs.Length < Positive * rows.Length) return false;
        double mean = logs.Average();
        return Math.Sqrt(logs.Average(each => (each - mean) * (each - mean))) < MostScatter;
    }

    // Whether g.w/|w|² moves less from row to row than |g|/|w| does.
    private static bool IsSmooth(LogGroup group, int[] rows)
    {
        double Moves(Func<int, double> of) =>
            rows.Zip(rows.Skip(1), (a, b) => Math.Abs(Elementary.Log(of(b) / of(a)))).Where(double.IsFinite)
            .DefaultIfEmpty(double.PositiveInfinity).Average();
        return Moves(row => Pull(group, row)) < Moves(row => Math.Sqrt(group.GradientSquare[row]) / group.Norm[row]);
    }

    // g.w over Σ|w|; null where it is no constant, or not known.
    private static double? L1(LogGroup group, int[] rows)
    {
        double[] ratios = [.. rows.Select(row => group.Dot[row] / group.AbsoluteSum[row]).Where(double.IsFinite)];
        if (ratios.Length < FewestRows) return null;
        double middle = Median(ratios);
        return PenaltyRows.Scatter(ratios) <= OfL1 * middle ? middle : null;
    }
}
