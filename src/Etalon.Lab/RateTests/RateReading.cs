namespace Etalon.Lab.RateTests;

/// <summary>What <see cref="RateRule"/> reads from the losses of one seed.</summary>
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
