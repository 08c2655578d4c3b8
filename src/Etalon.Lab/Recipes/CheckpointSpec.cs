namespace Etalon.Lab.Recipes;

/// <summary>How often a run keeps its state. It does so besides at each best evaluation, when it is interrupted and at the end.</summary>
public sealed record CheckpointSpec
{
    /// <summary>Updates between two checkpoints; null is an epoch.</summary>
    /// <value>At least 1.</value>
    public long? EverySteps
    {
        get;
        init => field = value is null ? null : Require.AtLeast(value.Value, 1L, "write 1ep for a checkpoint after each epoch");
    }

    /// <summary>Minutes of training after which there is a checkpoint in any case; null is never.</summary>
    /// <value>Above 0, at most 1,000,000.</value>
    public double? EveryMinutes
    {
        get;
        init => field = value is null or (> 0 and <= 1e6)
            ? value : throw new ArgumentOutOfRangeException(nameof(EveryMinutes),
            "must be above 0 and at most 1000000; 10 is a good choice where an epoch takes hours");
    }

    /// <summary>Which checkpoints stay.</summary>
    /// <value>The last two and the best by default.</value>
    public CheckpointRetention Keep { get; init; }
}

/// <summary>Which checkpoints of a run stay.</summary>
public enum CheckpointRetention
{
    /// <summary>The last two and the best.</summary>
    Last,

    /// <summary>Besides them the last one before each fall of the rate to half or less, for probes of what each stage learned.</summary>
    Stages,
}
