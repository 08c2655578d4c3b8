namespace Etalon.Lab.RangeTests;

/// <summary>The range test of one seed: the loss of each update while the rate rises.</summary>
public sealed class RateCurve
{
    internal RateCurve(ulong seed, IReadOnlyList<double> rates, IReadOnlyList<double> losses, IReadOnlyList<double>? effectiveRates,
        int half, RateTestEnd end)
    {
        (Seed, Rates, Losses, EffectiveRates, End) = (seed, rates, losses, effectiveRates, end);
        Smoothed = UsableRateRule.Smooth(losses, half);
        Reading = UsableRateRule.Read(rates, losses, half, end != RateTestEnd.LargestRate);
    }

    /// <summary>The seed of start and order.</summary>
    public ulong Seed { get; }

    /// <summary>The rate of each update.</summary>
    public IReadOnlyList<double> Rates { get; }

    /// <summary>The loss of each update's batch, before the update.</summary>
    public IReadOnlyList<double> Losses { get; }

    /// <summary>The losses' running median.</summary>
    public IReadOnlyList<double> Smoothed { get; }

    /// <summary>
    /// The effective rate of all scale-invariant weights at each update, as the monitors measure it; null where no weight is
    /// scale-invariant.
    /// </summary>
    public IReadOnlyList<double>? EffectiveRates { get; }

    /// <summary>What ended the test.</summary>
    public RateTestEnd End { get; }

    /// <summary>What the rule reads from it.</summary>
    public RateReading Reading { get; }

    /// <summary>
    /// The effective rate when the test came to a rate; null where there is none, or it began above it, or did not come so far.
    /// </summary>
    public double? EffectiveRateAt(double rate)
    {
        if (Rates.Count == 0 || rate < Rates[0]) return null;
        for (int i = 0; i < Rates.Count; i++)
            if (Rates[i] >= rate) return EffectiveRates?[i];
        return null;
    }
}
