using Etalon.Numerics;

namespace Etalon.Lab.Claims.ToyCone;

/// <summary>How a run of <see cref="ToyExample"/> went, beside the bound of theorem 3.1.</summary>
/// <param name="MeanError">The share of wrong classes, the mean over the second half.</param>
/// <param name="Errors">The share of wrong classes, 100 means one after another.</param>
/// <param name="Norm">|w| at the end.</param>
/// <param name="Wait">
/// The longest time in the cone over the bound at its begin; above 1 the theorem is violated. Infinite where there is no bound, for without
/// decay none holds.
/// </param>
internal sealed record ToyTrack(double MeanError, IReadOnlyList<double> Errors, double Norm, double Wait)
{
    private const int Points = 100;

    /// <summary>Runs an example.</summary>
    /// <param name="example">Which.</param>
    /// <param name="cone">eps.</param>
    /// <param name="delta">The probability with which the bound may err.</param>
    public static ToyTrack Of(ToyExample example, double cone, double delta)
    {
        ArgumentNullException.ThrowIfNull(example);
        double[] sums = new double[Points];
        int[] counts = new int[Points];
        int inside = 0;
        double bound = 0, wait = 0;
        var result = example.Run((step, error, norm) =>
        {
            int point = (int)((long)step * Points / example.Steps);
            sums[point] += error;
            counts[point]++;
            // The theorem speaks of any time; what the start decides is left out.
            if (step < example.Steps / 4) return;
            if (error * Math.PI > cone)
            {
                inside = 0;
                return;
            }
            if (inside == 0) bound = Bound(example, norm, cone, delta);
            wait = Math.Max(wait, ++inside / bound);
        });
        return new(result.MeanError, [.. sums.Zip(counts, (sum, count) => sum / Math.Max(1, count))], result.Norm, wait);
    }

    // (1 / (2 (eta lambda - 2 eps^2))) ln(64 |w|^2 eps sqrt B / (eta sqrt(m - 2))) + 9 ln(1 / delta). What has no decay is held to the
    // bound of the example's usual decay, as a control.
    private static double Bound(ToyExample example, double norm, double cone, double delta)
    {
        double shrink = 4 * cone * cone - 2 * cone * cone,
            logarithm = Elementary.Log(64 * norm * norm * cone * Math.Sqrt(example.Batch) / (
                example.Rate * Math.Sqrt(example.Dimensions - 2)));
        return Math.Max(0, logarithm) / (2 * shrink) + 9 * Elementary.Log(1 / delta);
    }
}
