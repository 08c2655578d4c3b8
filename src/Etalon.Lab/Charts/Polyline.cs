namespace Etalon.Lab.Charts;

/// <summary>Lines of a picture with no more points than one sees.</summary>
internal static class Polyline
{
    /// <summary>
    /// The points that a line needs to pass every given one at a distance, measured along y, of at most <paramref name="tolerance"/>: from
    /// the last point kept a sleeve of slopes is narrowed by each point, and when one lies outside it, the point before is kept.
    /// </summary>
    /// <param name="points">The points, x not descending.</param>
    /// <param name="tolerance">In the units of y.</param>
    public static List<(double X, double Y)> Thin(IReadOnlyList<(double X, double Y)> points, double tolerance)
    {
        if (points.Count < 3) return [.. points];
        var kept = new List<(double X, double Y)> { points[0] };
        var (low, high) = (double.NegativeInfinity, double.PositiveInfinity);
        for (var i = 1; i < points.Count; i++)
        {
            if (!IsInside(kept[^1], points[i], low, high)) Keep(points[i - 1]);
            // A step straight up or down has no slope: both its ends are kept.
            if (points[i].X <= kept[^1].X) Keep(points[i]);
            else (low, high) = Narrow(kept[^1], points[i], tolerance, low, high);
        }
        Keep(points[^1]);
        return kept;

        void Keep((double X, double Y) point)
        {
            if (point == kept[^1]) return;
            kept.Add(point);
            (low, high) = (double.NegativeInfinity, double.PositiveInfinity);
        }
    }

    private static bool IsInside((double X, double Y) from, (double X, double Y) to, double low, double high) =>
        to.X <= from.X || ((to.Y - from.Y) / (to.X - from.X) is var slope && slope >= low && slope <= high);

    private static (double Low, double High) Narrow((double X, double Y) from, (double X, double Y) to, double tolerance, double low,
        double high) =>
        (Math.Max(low, (to.Y - tolerance - from.Y) / (to.X - from.X)), Math.Min(high, (to.Y + tolerance - from.Y) / (to.X - from.X)));
}
