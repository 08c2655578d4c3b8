namespace Etalon.Lab.Speed;

/// <summary>What the monitors of scale-invariant weights cost, at the intervals that a recipe has by default.</summary>
public sealed record MonitorCost
{
    /// <summary>Seconds of a reading with its line.</summary>
    public required double ReadingSeconds { get; init; }

    /// <summary>Updates between two readings.</summary>
    public required long ReadingEvery { get; init; }

    /// <summary>Seconds of the two passes of a second batch, from which the noise is measured.</summary>
    public required double NoiseSeconds { get; init; }

    /// <summary>Updates between two of them.</summary>
    public required long NoiseEvery { get; init; }

    /// <summary>All of it as a share of the training time.</summary>
    public required double Share { get; init; }
}
