namespace Etalon.Lab.LoggedSchedules;

/// <summary>Least squares of rate = low + (top - low) · shape, with the shape of each row between 0 and 1.</summary>
internal static class ShapeFit
{
    /// <summary>Top and low; null where the shapes are all the same.</summary>
    public static (double Top, double Low)? Of(IEnumerable<(double Shape, double Rate)> rows)
    {
        double n = 0, x = 0, y = 0, xx = 0, xy = 0;
        foreach (var (s, rate) in rows) (n, x, y, xx, xy) = (n + 1, x + s, y + rate, xx + s * s, xy + s * rate);
        double spread = n * xx - x * x;
        if (!(spread > 1e-12)) return null;
        double slope = (n * xy - x * y) / spread, low = (y - slope * x) / n;
        return (low + slope, low);
    }

    /// <summary>The largest difference between rows and a fit.</summary>
    public static double Residual(IEnumerable<(double Shape, double Rate)> rows, (double Top, double Low) fit) =>
        rows.Max(row => Math.Abs(fit.Low + (fit.Top - fit.Low) * row.Shape - row.Rate));
}
