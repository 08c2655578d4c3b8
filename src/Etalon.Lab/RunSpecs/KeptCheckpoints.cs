namespace Etalon.Lab.RunSpecs;

/// <summary>Which checkpoints of a run stay.</summary>
public enum KeptCheckpoints
{
    /// <summary>The last two and the best.</summary>
    Last,

    /// <summary>Besides them the last one before each fall of the rate to half or less, for probes of what each stage learned.</summary>
    Stages,
}
