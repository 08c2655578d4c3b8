using Etalon.Numerics;

namespace Etalon.Lab.LoggedSchedules;

/// <summary>Cosine cycles that begin anew, each as long as the one before or longer by a factor.</summary>
/// <param name="Period">Updates of the first cycle.</param>
/// <param name="Growth">By which factor each cycle is longer than the one before.</param>
/// <param name="Top">Where a cycle begins.</param>
/// <param name="Low">Where it ends.</param>
internal sealed record RestartsFit(long Period, double Growth, double Top, double Low)
{
    private const int MostTried = 64, Fewest = 8, MostRows = 300;

    // A restart goes up by so much of the whole way from a row to the next.
    private const double Rise = 0.3;

    private static readonly double[] _growths = [1, 2, 3, 1.5, 4];

    /// <summary>The cycles of the rows from an update on; null where the rate never jumps up.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="begin">The update at which the first cycle begins.</param>
    public static RestartsFit? Of(LoggedSchedule rows, long begin)
    {
        var after = rows.Steps.Zip(rows.Rates).Where(row => row.First >= begin)
            .Select(row => (Step: row.First - begin, Rate: row.Second)).ToList();
        if (after.Count < Fewest) return null;
        double height = after.Max(row => row.Rate) - after.Min(row => row.Rate);
        int jump = Enumerable.Range(0, after.Count - 1).FirstOrDefault(i => after[i + 1].Rate - after[i].Rate > Rise * height, -1);
        if (jump < 0) return null;
        // The first restart lies after the row before the jump and at the row after it at the latest.
        long first = after[jump].Step + 1, last = after[jump + 1].Step;
        long stride = Math.Max(1, (last - first) / MostTried);
        int thin = (after.Count + MostRows - 1) / MostRows;
        var some = after.Where((_, i) => i % thin == 0).ToList();
        RestartsFit? best = null;
        double least = double.PositiveInfinity;
        for (long period = first; period <= last; period += stride)
            foreach (double growth in _growths)
            {
                var shapes = some.Select(row => (ShapeAt(row.Step, period, growth), row.Rate)).ToList();
                if (ShapeFit.Of(shapes) is not { } fit) continue;
                double residual = ShapeFit.Residual(shapes, fit);
                if (residual >= least) continue;
                (least, best) = (residual, new(period, growth, fit.Top, fit.Low));
            }
        return best;
    }

    private static double ShapeAt(long step, long period, double growth)
    {
        double start = 0, length = period;
        while (step >= start + length) (start, length) = (start + length, length * growth);
        return (1 + Elementary.Cos(Math.PI * ((step - start) / length))) / 2;
    }
}
