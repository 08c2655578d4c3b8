using System.Globalization;

namespace Etalon.Lab.Charts;

/// <summary>Rates as a table shows them: few digits, and a power of ten that is easily read.</summary>
internal static class RateText
{
    /// <summary>0.032, 10, 320, 3.2e-4; decimals alone from 0.01 to below 10,000.</summary>
    /// <param name="rate">The rate; "-" where it is not finite.</param>
    /// <param name="digits">Its digits; trailing zeros are left out.</param>
    public static string Of(double rate, int digits = 2)
    {
        if (!double.IsFinite(rate)) return "-";
        string rounded = rate.ToString($"0.{new string('#', digits - 1)}e0", CultureInfo.InvariantCulture);
        double value = double.Parse(rounded, CultureInfo.InvariantCulture);
        return Math.Abs(value) is 0 or (>= 0.01 and < 10_000)
            ? value.ToString($"0.{new string('#', digits + 1)}", CultureInfo.InvariantCulture) : rounded;
    }
}
