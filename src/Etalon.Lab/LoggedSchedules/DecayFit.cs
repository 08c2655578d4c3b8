using Etalon.Lab.Numerics;
using Etalon.Numerics;

namespace Etalon.Lab.LoggedSchedules;

/// <summary>Falls without an end: by the same factor each update, or as the root of the time.</summary>
internal static class DecayFit
{
    private const int Fewest = 6;

    /// <summary>The rate at an update and the factor of each update after it, rate = from · factor^t; null where the rate does not fall.
    /// </summary>
    public static (double From, double Factor)? Exponential(LoggedSchedule rows, long begin)
    {
        var points = Points(rows, begin, Elementary.Log);
        if (points is null) return null;
        double slope = LineFit.Slope(points), at = points.Average(point => point.Y) - slope * points.Average(point => point.X);
        return slope < 0 ? (Elementary.Exp(at), Elementary.Exp(slope)) : null;
    }

    /// <summary>Peak and shift of rate = peak · √(shift/(t + shift)), since 1/rate² is a line; null where the rate does not fall.</summary>
    public static (double Peak, double Shift)? InverseRoot(LoggedSchedule rows, long begin)
    {
        var points = Points(rows, begin, rate => 1 / (rate * rate));
        if (points is null) return null;
        double slope = LineFit.Slope(points), at = points.Average(point => point.Y) - slope * points.Average(point => point.X);
        return slope > 0 && at > 0 ? (1 / Math.Sqrt(at), at / slope) : null;
    }

    private static List<(double X, double Y)>? Points(LoggedSchedule rows, long begin, Func<double, double> of)
    {
        var after = rows.Steps.Zip(rows.Rates).Where(row => row.First >= begin).ToList();
        return after.Count < Fewest || after.Any(row => !(row.Second > 0)) ? null
            : [.. after.Select(row => ((double)(row.First - begin), of(row.Second)))];
    }
}
