using Etalon.Numerics;

namespace Etalon.Lab.Diagnosis.Phases;

/// <summary>
/// How far the sum of |w|² over the updates between two rows may be from the one along the line between them, of what an update adds to it
/// on average = 1.
/// </summary>
/// <remarks>
/// With what an update adds more than the line, x, the sum is off by Σ k x with k = (n - 1)/2 - t. What is new at each update is of
/// variance s² in |z|²; in |w|² a buffer spreads it, so that x remembers itself as μ^d, with the variance s² (1 - μ)/(1 + μ): Σ k k' μ^|t -
/// t'| times that, n³/12 s² without momentum. What wanders instead from update to update, by q² each, leaves q² n⁵ (2/1728 + 1/576 - 1/144
/// + 1/120) = 0.0043 q² n⁵ where its line through the means of the intervals beside it is known, and the second difference of these means
/// has the variance 6 s²/n + q² n.
/// </remarks>
internal static class NormWalk
{
    private const double Wandering = 0.0042824;

    /// <summary>The variance.</summary>
    /// <param name="steps">n, the updates of the interval.</param>
    /// <param name="momentum">μ.</param>
    /// <param name="scatter">s², by rows; infinite where it is not known.</param>
    /// <param name="bend">The mean square of the second difference of intervals' means.</param>
    public static double Variance(long steps, double momentum, double scatter, double bend)
    {
        double fresh = Math.Min(scatter, bend * steps / 6), slow = Math.Max(0, bend - 6 * fresh / steps);
        return fresh * Spread(steps, momentum) + Wandering * slow * Elementary.Pow(steps, 4);
    }

    /// <summary>The same of what is new at each update alone.</summary>
    public static double Spread(long steps, double momentum)
    {
        double sum = 0, power = 1;
        for (long lag = 0; lag < steps && power > 1e-6; lag++, power *= momentum)
        {
            double pairs = steps - lag;
            sum += (lag == 0 ? 1 : 2) * power * (pairs * (pairs * pairs - 1) / 12 - pairs * lag * lag / 4);
        }
        return sum * (1 - momentum) / (1 + momentum);
    }
}
