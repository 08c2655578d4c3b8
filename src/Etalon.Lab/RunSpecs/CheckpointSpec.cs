namespace Etalon.Lab.RunSpecs;

/// <summary>How often a run keeps its state. It does so besides at each best evaluation, when it is interrupted and at the end.</summary>
public sealed record CheckpointSpec
{
    /// <summary>Updates between two checkpoints; null is an epoch.</summary>
    /// <value>At least 1.</value>
    public long? EverySteps
    {
        get;
        init => field = value is null ? null : Rule.AtLeast(value.Value, 1L, "write 1ep for a checkpoint after each epoch");
    }

    /// <summary>Minutes of training after which there is a checkpoint in any case; null is never.</summary>
    /// <value>Above 0, at most 1,000,000.</value>
    public double? EveryMinutes
    {
        get;
        init => field = value is null or (> 0 and <= 1e6) ? value : throw new ArgumentOutOfRangeException(nameof(EveryMinutes), "must be above 0 and at most 1000000; 10 is a good choice where an epoch takes hours");
    }

    /// <summary>Which checkpoints stay.</summary>
    /// <value>The last two and the best by default.</value>
    public KeptCheckpoints Keep { get; init; }
}
