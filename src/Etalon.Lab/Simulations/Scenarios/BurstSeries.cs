using Etalon.Lab.Simulations.Losses;
using Etalon.Numerics;
using Etalon.Schedules.Dynamics;

namespace Etalon.Lab.Simulations.Scenarios;

/// <summary>The bursts of one replica.</summary>
/// <param name="Bursts">The updates after which the norm came back through the edge.</param>
/// <param name="Periods">The updates between one and the next.</param>
/// <param name="Peaks">The largest norm between one burst and the next.</param>
/// <param name="Troughs">The smallest norm between one burst and the next, or in it.</param>
/// <param name="QuietUpdates">Updates in which the loss was below 1e-12.</param>
/// <param name="QuietFall">By how much ln |w| fell in each of them, in the mean.</param>
internal sealed record BurstSeries(
    IReadOnlyList<int> Bursts, IReadOnlyList<double> Periods, IReadOnlyList<double> Peaks, IReadOnlyList<double> Troughs, int QuietUpdates,
    double QuietFall)
{
    private const double QuietLoss = 1e-12;

    public static BurstSeries Of(SimulationResult result, int replica, long steps, double edge)
    {
        double[] norms = [.. Enumerable.Range(0, (int)steps + 1).Select(step => Math.Sqrt(result.SquaredNorms(step)[replica]))];
        var bursts = new List<int>();
        int quiet = 0;
        double fall = 0;
        for (int step = 1; step < norms.Length; step++)
        {
            if (norms[step - 1] < edge && norms[step] >= edge) bursts.Add(step);
            double z = result.Axes(step - 1)[replica];
            if (z * z >= QuietLoss) continue;
            quiet++;
            fall += Elementary.Log(norms[step - 1] / norms[step]);
        }
        var cycles = bursts.Zip(bursts.Skip(1)).ToList();
        return new(
            bursts, [.. cycles.Select(cycle => (double)(cycle.Second - cycle.First))],
            [.. cycles.Select(cycle => norms[cycle.First..cycle.Second].Max())],
            [.. cycles.Select(cycle => norms[cycle.First..cycle.Second].Min())], quiet, fall / Math.Max(1, quiet));
    }

    /// <summary>
    /// The updates from a burst's peak to the next burst: x shrinks or grows by |1 - eta h/|w|^2| an update while |w| falls by 1 - eta
    /// lambda, and is back where it was when the product of these factors is 1 again.
    /// </summary>
    public double PredictedPeriod(SteadyUpdate update, double edge) => Peaks.Average(peak => (double)StepsToBurst(update, edge, peak));

    /// <summary>The norm from which the next burst begins: what is left of the peak after as many updates.</summary>
    public double PredictedTrough(SteadyUpdate update, double edge) =>
        Peaks.Average(peak => peak * Elementary.Pow(1 - update.IntrinsicRate, StepsToBurst(update, edge, peak)));

    private static int StepsToBurst(SteadyUpdate update, double edge, double peak)
    {
        double norm = peak, log = 0, push = update.Numbers.Rate * SquaredRatio.Curvature;
        int steps = 0;
        do
        {
            log += Elementary.Log(Math.Abs(1 - push / (norm * norm)));
            norm *= 1 - update.IntrinsicRate;
            steps++;
        }
        while (log < 0 || norm > edge);
        return steps;
    }
}
