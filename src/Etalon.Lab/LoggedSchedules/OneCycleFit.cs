using Etalon.Lab.Numerics;

namespace Etalon.Lab.LoggedSchedules;

/// <summary>One cycle over the whole run: up to a peak, then far down, both as a cosine or as a line.</summary>
/// <param name="Total">Updates of the run.</param>
/// <param name="Rise">The share of the way up: the peak is at update Rise · Total - 1.</param>
/// <param name="Shape">A cosine or a line.</param>
/// <param name="Initial">The rate at the first update.</param>
/// <param name="Peak">The peak.</param>
/// <param name="Final">The rate at the last update.</param>
internal sealed record OneCycleFit(long Total, double Rise, FallShape Shape, double Initial, double Peak, double Final)
{
    private const int Fewest = 8, MostEnds = 8, MostRows = 120;

    private const double Exact = 1e-9;

    private static readonly FallShape[] Shapes = [FallShape.Cosine, FallShape.Line];

    /// <summary>The cycle; null where the rate does not go up and then down.</summary>
    public static OneCycleFit? Of(LoggedSchedule rows)
    {
        if (rows.Rates.Length < Fewest || rows.FirstStep > 0) return null;
        int top = Array.IndexOf(rows.Rates, rows.Peak);
        if (top < 1 || top > rows.Rates.Length - 3) return null;
        long last = rows.Steps[^1];
        var ends = rows.PlannedSteps is { } planned && planned > last ? [planned]
            : Enumerable.Range(0, MostEnds + 1).Select(i => last + 1 + (rows.Interval - 1) * i / MostEnds).Distinct();
        // Some of the rows tell the cycle; all of them judge it in the end.
        int stride = (rows.Rates.Length + MostRows - 1) / MostRows;
        var some = rows.Steps.Zip(rows.Rates).Where((_, i) => i % stride == 0 || i == top || i == rows.Rates.Length - 1).ToList();
        double low = rows.Steps[top - 1] + 1.0, high = rows.Steps[top + 1] + 1.0;
        return ends.SelectMany(total => Shapes
            .Select(shape => BestRise(some, total, shape, low / total, high / total))).MinBy(each => each.Residual).Fit;
    }

    // The peak lies between the rows beside the highest one. A rise in hundredths is meant where it fits as well.
    private static (OneCycleFit? Fit, double Residual) BestRise(
        List<(long Step, double Rate)> rows, long total, FallShape shape, double low, double high)
    {
        (OneCycleFit? Fit, double Residual) At(double rise) => Fitted(rows, total, shape, rise);
        var nice = Enumerable.Range(1, 99).Select(hundredth => hundredth / 100.0).Where(rise => rise >= low && rise <= high)
            .Select(At).DefaultIfEmpty((null, double.PositiveInfinity)).MinBy(each => each.Item2);
        if (nice.Item2 <= Exact * rows.Max(row => row.Rate)) return nice;
        var refined = At(TernarySearch.Minimum(low, high, rise => At(rise).Residual));
        return refined.Residual < nice.Item2 / 2 ? refined : nice;
    }

    private static (OneCycleFit? Fit, double Residual) Fitted(
        List<(long Step, double Rate)> rows, long total, FallShape shape, double rise)
    {
        double peak = rise * total - 1, end = total - 1;
        var up = rows.Where(row => row.Step <= peak).Select(row => (shape.At(1 - row.Step / peak), row.Rate)).ToList();
        var down = rows.Where(row => row.Step > peak).Select(row => (shape.At((row.Step - peak) / (end - peak)), row.Rate)).ToList();
        if (peak <= 0 || ShapeFit.Of(up) is not { } rising || ShapeFit.Of(down) is not { } falling) return (null, double.PositiveInfinity);
        // Both ways have the same peak; the way down, which is longer, tells it.
        double residual = Math.Max(ShapeFit.Residual(up, (falling.Top, rising.Low)), ShapeFit.Residual(down, falling));
        return (new(total, rise, shape, rising.Low, falling.Top, falling.Low), residual);
    }
}
