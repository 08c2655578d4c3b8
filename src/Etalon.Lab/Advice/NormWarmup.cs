namespace Etalon.Lab.Advice;

/// <summary>
/// What a warm-up has to do for scale-invariant weights: hold the effective rate down until their norm has grown to its equilibrium.
/// </summary>
internal abstract record NormWarmup
{
    /// <summary>The largest effective rate over that of equilibrium that a start may have.</summary>
    public const double LargestOvershoot = 2;

    /// <summary>The effective rate of the first update over that of equilibrium, without a warm-up.</summary>
    public abstract double OvershootWithout { get; }

    /// <summary>The largest effective rate over that of equilibrium, with a linear warm-up.</summary>
    /// <param name="warmup">Its updates: update t has (t + 1)/(warmup + 1) of the peak.</param>
    public abstract double Overshoot(long warmup);

    /// <summary>The shortest linear warm-up with which no update's effective rate is above twice that of equilibrium.</summary>
    /// <param name="most">The longest that may be; it is the answer too where that is too short.</param>
    public long Shortest(long most)
    {
        if (OvershootWithout <= LargestOvershoot) return 0;
        long tooShort = 0, enough = most;
        while (enough - tooShort > 1)
        {
            long middle = tooShort + (enough - tooShort) / 2;
            if (Overshoot(middle) <= LargestOvershoot) enough = middle;
            else tooShort = middle;
        }
        return enough;
    }
}
