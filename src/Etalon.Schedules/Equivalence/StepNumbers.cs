namespace Etalon.Schedules.Equivalence;

/// <summary>The numbers of one update.</summary>
/// <param name="LogRate">ln η; negative infinity for a rate of 0. A rate may leave the range of float64, its logarithm does not.</param>
/// <param name="WeightDecay">λ; unlike in a <see cref="Recipe"/> it may be negative.</param>
/// <param name="Momentum">μ, at least 0.</param>
/// <param name="LookAhead">ν, how far a Nesterov update looks along the buffer: <c>w ← w - η (d + ν v)</c>. PyTorch's ν is μ. Not used, and 0, elsewhere.</param>
public readonly record struct StepNumbers(double LogRate, double WeightDecay, double Momentum, double LookAhead)
{
    /// <summary>η; infinite where float64 cannot hold it.</summary>
    public double Rate => RateTimesPowerOfTwo(0);

    /// <summary>The intrinsic rate η λ, formed so that it is finite even where η is not.</summary>
    public double IntrinsicRate => (SignedLog.Exp(LogRate) * SignedLog.Of(WeightDecay)).Value;

    /// <summary>η · 2ⁿ, with the same significant bits for every n.</summary>
    /// <remarks>
    /// A run re-centred by c = 2ᵐ, (w, v, η, λ) → (c w, v/c, c² η, λ/c²), is the same bit for bit if its rates are; exp(ln η + 2 m ln 2) would
    /// round differently for each m.
    /// </remarks>
    public double RateTimesPowerOfTwo(int exponent)
    {
        if (double.IsNegativeInfinity(LogRate)) return 0;
        // ln 2 in two parts, the first of 33 bits: its product with an exponent of up to 2^20 is exact.
        const double high = 6.93147180369123816490e-01, low = 1.90821492927058770002e-10;
        var own = (int)Math.Clamp(Math.Round(LogRate / (high + low)), -1e9, 1e9);
        return Math.ScaleB(Math.Exp(LogRate - own * high - own * low), Math.Clamp(own + exponent, -5000, 5000));
    }
}
