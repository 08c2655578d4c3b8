namespace Etalon.Lab.RateTests;

/// <summary>An interval of rates, or of effective rates.</summary>
/// <param name="Lower">Its lower end.</param>
/// <param name="Upper">Its upper end.</param>
public readonly record struct RateInterval(double Lower, double Upper)
{
    /// <summary>Its geometric middle, as far from one end as from the other by factors.</summary>
    public double Middle => Math.Sqrt(Lower) * Math.Sqrt(Upper);
}
