using Etalon.Lab.Numerics;

namespace Etalon.Lab.LoggedSchedules;

/// <summary>Falls of a rate by shape, fitted to rows by least squares: from where to where, how long, and from which update on.</summary>
internal static class FallFit
{
    // What is nearer to 0 than the digits of a log are wide is 0.
    private const double Zero = 2e-4, Same = 1e-6;

    private const int MostEnds = 64, Fewest = 6;

    /// <summary>Whether enough rows come after an update to tell a fall.</summary>
    public static bool HasRows(LoggedSchedule rows, long begin) => rows.Steps.Count(step => step >= begin) >= Fewest;

    /// <summary>Where a fall ends, 0 where it ends next to it.</summary>
    public static double Low((double Top, double Low) fit) => Math.Abs(fit.Low) < Zero * fit.Top ? 0 : Math.Max(0, fit.Low);

    /// <summary>The end of a fall that lasts until the run does: past the last row, at most one interval.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="begin">The update at which it begins.</param>
    public static long EndOf(FallShape shape, LoggedSchedule rows, long begin)
    {
        if (rows.PlannedSteps is { } planned && planned > begin) return planned;
        long last = rows.Steps[^1], first = Math.Max(begin + 1, last), most = Math.Max(first, last + rows.Interval);
        double Residual(long end)
        {
            var fit = Between(shape, rows, begin, end - begin);
            double low = Low(fit);
            return rows.Steps.Zip(rows.Rates).Where(row => row.First >= begin)
                .Max(row => Math.Abs(low + (fit.Top - low) * shape.At((row.First - begin) / (double)(end - begin)) - row.Second));
        }

        var ends = Enumerable.Range(0, MostEnds + 1).Select(i => first + (most - first) * i / MostEnds).Distinct()
            .Select(end => (End: end, Residual: Residual(end))).ToList();
        // A line goes through the rows wherever it ends: the lowest end is meant, which is 0 where the line reaches it.
        double least = ends.Min(end => end.Residual) + Same * rows.Peak;
        return ends.Where(end => end.Residual <= least).MinBy(end => Low(Between(shape, rows, begin, end.End - begin))).End;
    }

    /// <summary>Least squares of rate = low + (top - low) · shape(t) over the rows of a fall.</summary>
    public static (double Top, double Low) Between(FallShape shape, LoggedSchedule rows, long begin, long length)
    {
        var line = ShapeFit.Of(rows.Steps.Zip(rows.Rates).Where(row => row.First >= begin && row.First <= begin + length)
            .Select(row => (shape.At((row.First - begin) / (double)length), row.Second)));
        return line ?? (rows.Rates.Max(), 0);
    }

    /// <summary>The length of a fall after which the rate stands still.</summary>
    public static long LengthOf(FallShape shape, LoggedSchedule rows, long begin, long length)
    {
        double Error(double candidate)
        {
            long fall = Math.Max(1, (long)candidate);
            var (top, low) = Between(shape, rows, begin, fall);
            double sum = 0;
            for (int row = 0; row < rows.Steps.Length; row++)
            {
                if (rows.Steps[row] < begin) continue;
                double off = rows.Rates[row] - (low + (top - low) * shape.At(Math.Min(1, (rows.Steps[row] - begin) / (double)fall)));
                sum += off * off;
            }
            return sum;
        }

        var grid = Enumerable.Range(2, 39).Select(i => length * i / 40.0).ToList();
        double best = grid.MinBy(Error);
        long near = (long)Math.Round(TernarySearch.Minimum(best - length / 40.0, best + length / 40.0, Error));
        return Enumerable.Range(-2, 5).Select(i => Math.Max(1, near + i)).MinBy(whole => Error(whole));
    }

    /// <summary>The update at which a plateau must end for the fall to go through the rows after it and end with the run.</summary>
    public static long TurnOf(FallShape shape, LoggedSchedule rows, int still, double peak)
    {
        long earliest = rows.Steps[still], latest = rows.Steps[still + 1];
        return Enumerable.Range(0, 33).Select(i => earliest + (latest - earliest) * i / 32).Distinct().MinBy(turn =>
        {
            double low = LowAfter(shape, rows, turn, still, peak), sum = 0;
            for (int row = still + 1; row < rows.Steps.Length; row++)
            {
                double off =
                    rows.Rates[row] - (low + (peak - low) * shape.At((rows.Steps[row] - turn) / (double)(rows.End - turn)));
                sum += off * off;
            }
            return sum;
        });
    }

    /// <summary>Where a fall from a plateau ends, by least squares.</summary>
    public static double LowAfter(FallShape shape, LoggedSchedule rows, long turn, int still, double peak)
    {
        double numerator = 0, denominator = 0;
        for (int row = still + 1; row < rows.Steps.Length; row++)
        {
            double rest = 1 - shape.At((rows.Steps[row] - turn) / (double)(rows.End - turn));
            numerator += rest * (peak - rows.Rates[row]);
            denominator += rest * rest;
        }
        double low = denominator > 0 ? peak - numerator / denominator : 0;
        return Low((peak, low));
    }
}
