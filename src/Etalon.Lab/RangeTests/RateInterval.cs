using System.Globalization;

namespace Etalon.Lab.RangeTests;

/// <summary>An interval of rates, or of effective rates.</summary>
/// <param name="Lower">Its lower end.</param>
/// <param name="Upper">Its upper end.</param>
public readonly record struct RateInterval(double Lower, double Upper)
{
    /// <summary>Its geometric middle, as far from one end as from the other by factors.</summary>
    public double Middle => Math.Clamp(Math.Sqrt(Lower) * Math.Sqrt(Upper), Lower, Upper);

    /// <summary><see cref="Middle"/> to two digits, or to as many as keep it in the interval.</summary>
    public double RoundMiddle => Enumerable.Range(1, 16).Select(MiddleTo).First(Contains);

    /// <summary>Whether a rate lies in it, ends included.</summary>
    public bool Contains(double rate) => rate >= Lower && rate <= Upper;

    private double MiddleTo(int decimals) => double.Parse(Middle.ToString($"E{decimals}", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
