namespace Etalon.Lab.RangeTests;

/// <summary>What <see cref="UsableRateRule"/> reads from the losses of one seed.</summary>
public sealed record RateReading
{
    /// <summary>The smoothed loss of the first updates.</summary>
    public required double FirstLoss { get; init; }

    /// <summary>The least smoothed loss.</summary>
    public required double LeastLoss { get; init; }

    /// <summary>The rate at which it was reached.</summary>
    public required double LeastRate { get; init; }

    /// <summary>The standard error of a smoothed loss.</summary>
    public required double Error { get; init; }

    /// <summary>The rates that this seed finds usable; null where there are none.</summary>
    public RateInterval? Interval { get; init; }

    /// <summary>Why there are none, as a clause with its remedy; null where there are.</summary>
    public string? Problem { get; init; }
}

/// <summary>The rate at which an optimizer that sets its own settles in a short run of the recipe.</summary>
/// <param name="Name">The optimizer.</param>
/// <param name="Rate">
/// The median over the last quarter of the updates, as the rate of the recipe's rule that moves the weights as far: what its gradients are
/// multiplied by in the end, times (1 - mu)/(1 - dampening) of the recipe; the mean over the parameters. Null where a loss or a gradient
/// was not finite.
/// </param>
/// <param name="EffectiveRate">The same median of the effective rate of all scale-invariant weights; null where there are none, or
/// <paramref name="Rate"/> is.</param>
/// <param name="Drift">The rate of the last update over that in the middle of the run: 1 where it has settled; null where
/// <paramref name="Rate"/> is.</param>
public sealed record AdaptiveRate(string Name, double? Rate, double? EffectiveRate, double? Drift);
