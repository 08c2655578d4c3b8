using Etalon.Numerics;

namespace Etalon.Lab.Numerics;

/// <summary>
/// The distance of Kolmogorov and Smirnov: the largest difference between the shares of two samples that lie below any bound.
/// </summary>
internal static class KolmogorovSmirnov
{
    /// <summary>The distance between two samples, from 0 to 1.</summary>
    public static double Distance(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        double[] a = [.. first.Order()], b = [.. second.Order()];
        double largest = 0;
        for (int i = 0, j = 0; i < a.Length && j < b.Length;)
        {
            double bound = Math.Min(a[i], b[j]);
            while (i < a.Length && a[i] <= bound) i++;
            while (j < b.Length && b[j] <= bound) j++;
            largest = Math.Max(largest, Math.Abs(i / (double)a.Length - j / (double)b.Length));
        }
        return largest;
    }

    /// <summary>
    /// The distance that two samples of the same law exceed with probability <paramref name="chance"/>: sqrt(-ln(chance / 2) / 2 (1/n +
    /// 1/m)), the limit for large samples (Smirnov 1948).
    /// </summary>
    public static double Critical(int n, int m, double chance) => Math.Sqrt(-Elementary.Log(chance / 2) / 2 * (1.0 / n + 1.0 / m));
}
