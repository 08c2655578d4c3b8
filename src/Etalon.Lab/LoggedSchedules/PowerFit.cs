using Etalon.Lab.Numerics;
using Etalon.Numerics;

namespace Etalon.Lab.LoggedSchedules;

/// <summary>The power of a polynomial fall, rate = low + (top - low) (1 - t/n)^power, by least squares.</summary>
internal static class PowerFit
{
    private const double Least = 0.1, Most = 10;

    private const int Grid = 24, MostEnds = 32, MostRows = 200, Fewest = 8;

    /// <summary>
    /// The power and the end of the fall, of those within an interval of where the rate comes to rest; null with too few rows.
    /// </summary>
    /// <param name="rows">The rows.</param>
    /// <param name="begin">The update at which it begins.</param>
    public static (double Power, long End)? Of(LoggedSchedule rows, long begin)
    {
        var after = rows.Steps.Zip(rows.Rates).Where(row => row.First >= begin).ToList();
        if (after.Count < Fewest) return null;
        // A rate that stands still at last came to rest after the row before.
        int rest = after.Count - 1;
        while (rest > 0 && after[rest - 1].Second == after[^1].Second) rest--;
        bool isAtRest = rest < after.Count - 1;
        if (rest < Fewest) return null;
        long first = isAtRest ? after[rest - 1].First + 1 : Math.Max(begin + 1, after[^1].First);
        long last = isAtRest ? after[rest].First : rows.PlannedSteps is { } planned && planned > first ? planned : first + rows.Interval;
        if (!isAtRest && rows.PlannedSteps is { } known && known > first) first = known;
        int thin = (rest + MostRows - 1) / MostRows;
        var some = after.Take(rest).Where((_, i) => i % thin == 0).ToList();
        (double Power, long End, double Residual)? best = null;
        foreach (long end in Enumerable.Range(0, MostEnds + 1).Select(i => first + (last - first) * i / MostEnds).Distinct())
        {
            double power = PowerTo(end);
            double residual = ResidualOf(power, end);
            if (best is null || residual < best.Value.Residual) best = (power, end, residual);
        }
        return (best!.Value.Power, best.Value.End);

        double ResidualOf(double power, long end)
        {
            var shape = FallShape.PowerOf(power);
            var points = some.Select(row => (shape.At((row.First - begin) / (double)(end - begin)), row.Second)).ToList();
            return ShapeFit.Of(points) is { } fit ? ShapeFit.Residual(points, fit) : double.PositiveInfinity;
        }

        double PowerTo(long end)
        {
            double Of(double log) => ResidualOf(Elementary.Exp(log), end);
            double least = Elementary.Log(Least), step = Elementary.Log(Most / Least) / Grid;
            double near = Enumerable.Range(0, Grid + 1).Select(i => least + step * i).MinBy(Of);
            return Elementary.Exp(TernarySearch.Minimum(near - step, near + step, Of));
        }
    }
}
