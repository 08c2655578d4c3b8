using Etalon.Numerics;

namespace Etalon.Lab.LoggedSchedules;

/// <summary>Straight up and straight down, over and over.</summary>
/// <param name="Up">Updates of each way up.</param>
/// <param name="Down">Updates of each way down.</param>
/// <param name="Low">Where a cycle begins and ends.</param>
/// <param name="High">The first peak.</param>
/// <param name="Decay">How much of its height each peak keeps from the one before: 1 or a half.</param>
internal sealed record TriangularFit(long Up, long Down, double Low, double High, double Decay)
{
    private const int Fewest = 8, MostTried = 40, MostRows = 300;

    /// <summary>The cycles; null where the rate does not go up, down and up again.</summary>
    public static TriangularFit? Of(LoggedSchedule rows)
    {
        if (rows.Rates.Length < Fewest || rows.FirstStep > 0) return null;
        int peak = 0;
        while (peak + 1 < rows.Rates.Length && rows.Rates[peak + 1] > rows.Rates[peak]) peak++;
        int trough = peak;
        while (trough + 1 < rows.Rates.Length && rows.Rates[trough + 1] < rows.Rates[trough]) trough++;
        if (peak == 0 || trough == peak || trough + 1 == rows.Rates.Length) return null;
        int thin = (rows.Rates.Length + MostRows - 1) / MostRows;
        var some = rows.Steps.Zip(rows.Rates).Where((_, i) => i % thin == 0 || i == peak || i == trough).ToList();
        // Peak and trough lie between the rows beside the highest and the lowest one.
        var (ups, upStride) = Between(rows.Steps[peak - 1] + 1, rows.Steps[peak + 1] - 1);
        var (periods, stride) = Between(rows.Steps[trough - 1] + 1, rows.Steps[trough + 1] - 1);
        var best = Best(some, ups, periods);
        while (best is { } near && Math.Max(upStride, stride) > 1)
        {
            (upStride, stride) = (Math.Max(1, upStride / 2), Math.Max(1, stride / 2));
            best = Best(some, Around(near.Up, upStride), Around(near.Up + near.Down, stride));
        }
        return best;
    }

    private static (IEnumerable<long> Steps, long Stride) Between(long first, long last)
    {
        long stride = Math.Max(1, (last - first + MostTried - 1) / MostTried);
        return (Enumerable.Range(0, (int)((last - first) / stride) + 1).Select(i => first + i * stride), stride);
    }

    private static IEnumerable<long> Around(long step, long stride) => Enumerable.Range(-2, 5).Select(i => step + i * stride);

    private static TriangularFit? Best(List<(long Step, double Rate)> rows, IEnumerable<long> ups, IEnumerable<long> periods)
    {
        TriangularFit? best = null;
        double least = double.PositiveInfinity;
        // Ways of the same length are the usual ones.
        foreach (long period in periods)
            foreach (long up in ups.Append(period / 2).Where(up => up > 0 && up < period))
                foreach (double decay in new[] { 1, 0.5 })
                {
                    var shapes = rows.Select(row => (ShapeAt(row.Step, up, period, decay), row.Rate)).ToList();
                    if (ShapeFit.Of(shapes) is not { } fit) continue;
                    double residual = ShapeFit.Residual(shapes, fit);
                    if (residual >= least) continue;
                    (least, best) = (residual, new(up, period - up, Math.Max(0, fit.Low), fit.Top, decay));
                }
        return best;
    }

    private static double ShapeAt(long step, long up, long period, double decay)
    {
        var (cycle, within) = Math.DivRem(step, period);
        return Elementary.Pow(decay, cycle) * (within < up ? within / (double)up : (period - within) / (double)(period - up));
    }
}
