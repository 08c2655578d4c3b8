using Etalon.Lab.Diagnosis.Logs;

namespace Etalon.Lab.Diagnosis;

/// <summary>The rows of a group in which g.w/|w|² is one and the same c: all of them, or those from a row on, or up to one.</summary>
/// <param name="Pull">c.</param>
/// <param name="First">The first row that has it.</param>
/// <param name="End">The row after the last one.</param>
internal sealed record PenaltyRows(double Pull, int First, int End)
{
    private const int FewestRows = 3, FewestWithout = 2, FewestAlone = 6;

    // A constant scatters by float32's rounding of the products: a thousandth in a network on images; noise by more than itself.
    private const double MostScatter = 0.1;

    // Of c: what a row may be off it, and what is left where there is no term; and the share of rows that may burst.
    private const double Near = 0.2, None = 0.3, Most = 0.8;

    /// <summary>The rows of a group; null where it has none.</summary>
    public static PenaltyRows? Of(LogGroup group)
    {
        var pulls = Pulls(group);
        if (pulls.Length < FewestRows) return null;
        return Switched(pulls, group.Norm.Length) ?? (Constant(pulls) is { } pull ? new(pull, 0, group.Norm.Length) : null);
    }

    /// <summary>g.w/|w|² of each row that has it.</summary>
    public static (int Row, double Pull)[] Pulls(LogGroup group) =>
        [.. group.Dot.Select((dot, row) => (Row: row, Pull: dot / (group.Norm[row] * group.Norm[row])))
            .Where(each => double.IsFinite(each.Pull))];

    /// <summary>The distance of the quartiles, so that a loss that bursts in a few rows hides nothing.</summary>
    public static double Scatter(IEnumerable<double> pulls)
    {
        double[] ordered = [.. pulls.Order()];
        return ordered[ordered.Length * 3 / 4] - ordered[ordered.Length / 4];
    }

    /// <summary>Whether it is not in all rows.</summary>
    public bool IsPart(int rows) => First > 0 || End < rows;

    /// <summary>Whether another group has it in the same rows, or the next ones.</summary>
    public bool IsLike(PenaltyRows other) => Math.Abs(First - other.First) <= 1 && Math.Abs(End - other.End) <= 1;

    /// <summary>Whether it is told by enough rows to stand without another group.</summary>
    public bool StandsAlone => End - First >= FewestAlone;

    private static double? Constant(IReadOnlyCollection<(int Row, double Pull)> pulls)
    {
        double middle = Middle(pulls);
        return middle > 0 && Scatter(pulls.Select(each => each.Pull)) <= MostScatter * middle ? middle : null;
    }

    private static double Middle(IEnumerable<(int Row, double Pull)> pulls)
    {
        double[] ordered = [.. pulls.Select(each => each.Pull).Order()];
        return (ordered[(ordered.Length - 1) / 2] + ordered[ordered.Length / 2]) / 2;
    }

    // A term that comes, or goes, in the middle of a run: c from a row on, nothing before.
    private static PenaltyRows? Switched((int Row, double Pull)[] pulls, int rows)
    {
        if (pulls.Length < FewestRows + FewestWithout) return null;
        int few = Math.Max(FewestRows, pulls.Length / 8);
        if (Constant(pulls[^few..]) is { } last && Cut(pulls, last) is { } from) return new(Exactly(pulls[from..]), pulls[from].Row, rows);
        if (Constant(pulls[..few]) is { } first && Cut([.. pulls.Reverse()], first) is { } back)
            return new(Exactly(pulls[..^back]), 0, pulls[^back].Row);
        return null;
    }

    private static double Exactly((int Row, double Pull)[] pulls) => Middle(pulls);

    // Where c begins, so that most rows are as they should be on both sides; null where no place is such.
    private static int? Cut((int Row, double Pull)[] pulls, double pull)
    {
        bool[] has = [.. pulls.Select(each => Math.Abs(each.Pull - pull) <= Near * pull)],
            lacks = [.. pulls.Select(each => Math.Abs(each.Pull) <= None * pull)];
        int right = has.Count(yes => yes), best = right, at = 0;
        for (int i = 0; i < pulls.Length; i++)
        {
            right += (lacks[i] ? 1 : 0) - (has[i] ? 1 : 0);
            if (right > best) (best, at) = (right, i + 1);
        }
        return at >= FewestWithout && pulls.Length - at >= FewestRows && lacks[..at].Count(yes => yes) >= Most * at
            && has[at..].Count(yes => yes) >= Most * (pulls.Length - at) ? at : null;
    }
}
