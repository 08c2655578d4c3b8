namespace Etalon.Lab.Numerics;

/// <summary>The least value of a function that falls, then rises.</summary>
internal static class TernarySearch
{
    // (2/3)^60 = 3e-11 of the interval.
    private const int Steps = 60;

    /// <summary>Where the function is least.</summary>
    /// <param name="low">Where the interval begins.</param>
    /// <param name="high">Where it ends.</param>
    /// <param name="of">The function; of two arguments the one with the smaller value is the nearer one.</param>
    public static double Minimum(double low, double high, Func<double, double> of)
    {
        for (int i = 0; i < Steps; i++)
        {
            double a = low + (high - low) / 3, b = high - (high - low) / 3;
            if (of(a) < of(b)) high = b;
            else low = a;
        }
        return (low + high) / 2;
    }
}
