namespace Etalon.Engine.Kernels;

/// <summary>
/// exp and log of our own: the C library's differ between machines in the last bit, and with them whole training runs.
/// Both use only additions, multiplications, divisions and powers of two, which IEEE 754 fixes; errors are below 2 units in the last place.
/// </summary>
internal static class Elementary
{
    private const double Ln2High = 6.93147180369123816490e-01, Ln2Low = 1.90821492927058770002e-10;

    /// <summary>e^x; 0 below -745.2, infinity above 709.8.</summary>
    public static double Exp(double x)
    {
        if (double.IsNaN(x)) return x;
        if (x > 709.79) return double.PositiveInfinity;
        if (x < -745.14) return 0;
        double k = Math.Round(x * 1.4426950408889634);
        double r = (x - k * Ln2High) - k * Ln2Low;

        // Taylor to r^13 / 13!: |r| <= 0.347 leaves less than 5e-18.
        double sum = 1.0 / 6227020800;
        double factorial = 6227020800;
        for (int n = 13; n > 0; n--)
        {
            factorial /= n;
            sum = sum * r + 1 / factorial;
        }
        return Math.ScaleB(sum, (int)k);
    }

    /// <summary>ln x; -infinity at 0, NaN below.</summary>
    public static double Log(double x)
    {
        if (double.IsNaN(x) || x < 0) return double.NaN;
        if (x == 0) return double.NegativeInfinity;
        if (double.IsPositiveInfinity(x)) return x;
        int exponent = Math.ILogB(x);
        double mantissa = Math.ScaleB(x, -exponent);
        if (mantissa > 1.4142135623730951)
        {
            mantissa /= 2;
            exponent++;
        }
        return exponent * Ln2High + (LogFromRatio((mantissa - 1) / (mantissa + 1)) + exponent * Ln2Low);
    }

    /// <summary>ln(1 + x), exact for small x.</summary>
    public static double Log1P(double x) => Math.Abs(x) < 0.4 ? LogFromRatio(x / (2 + x)) : Log(1 + x);

    // ln((1 + s) / (1 - s)) = 2 (s + s^3/3 + s^5/5 + ...); |s| <= 0.25 leaves less than 1e-17 after s^27.
    private static double LogFromRatio(double s)
    {
        double square = s * s, sum = 0;
        for (int n = 27; n >= 3; n -= 2) sum = (sum + 1.0 / n) * square;
        return 2 * s + 2 * s * sum;
    }
}
