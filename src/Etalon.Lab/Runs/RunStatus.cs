namespace Etalon.Lab.Runs;

/// <summary>How a run stands.</summary>
public enum RunStatus
{
    /// <summary>It is training, or its process ended without a word.</summary>
    Unfinished,

    /// <summary>It trained to the end of its recipe.</summary>
    Done,

    /// <summary>Somebody stopped it.</summary>
    Interrupted,

    /// <summary>A loss was not finite.</summary>
    Diverged,

    /// <summary>Something else ended it.</summary>
    Failed,

    /// <summary>Its folder cannot be read.</summary>
    Damaged,
}
