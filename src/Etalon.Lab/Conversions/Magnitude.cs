using System.Globalization;
using Etalon.Numerics;

namespace Etalon.Lab.Conversions;

/// <summary>Numbers given by their logarithm, as text: what leaves float64 as a power of ten.</summary>
internal static class Magnitude
{
    private const double Ln10 = 2.302585092994045684;

    /// <summary>exp(<paramref name="log"/>): 0, 0.1, 1.00100531, 4.466e12 or 10^1234.5.</summary>
    /// <param name="log">The natural logarithm.</param>
    /// <param name="digits">Significant digits.</param>
    public static string Text(double log, int digits = 6)
    {
        if (double.IsNegativeInfinity(log)) return "0";
        double power = log / Ln10;
        if (power is >= -4 and < 6) return Elementary.Exp(log).ToString($"G{digits}", CultureInfo.InvariantCulture);
        return Math.Abs(power) < 300
            ? Elementary.Exp(log).ToString($"0.{new string('#', digits - 1)}e0", CultureInfo.InvariantCulture) : $"10^{power:0.##}";
    }
}
