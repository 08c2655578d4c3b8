using Etalon.Lab.Runs;

namespace Etalon.Workbench.Dashboard;

/// <summary>A run as the list shows it.</summary>
internal sealed record RunFacts
{
    /// <summary>Its folder from the folder of all runs on, with slashes: its name in addresses.</summary>
    public required string Id { get; init; }

    /// <summary>The folder.</summary>
    public required string Path { get; init; }

    /// <summary>running, interrupted, done, diverged, failed or damaged.</summary>
    public required RunState State { get; init; }

    /// <summary>The sweep, or other folder, that it lies in; empty for none.</summary>
    public string Group => System.IO.Path.GetDirectoryName(Id)?.Replace('\\', '/') ?? "";

    /// <summary>Updates done.</summary>
    public long? Updates { get; init; }

    /// <summary>Updates of its recipe; null where it does not say.</summary>
    public long? TotalUpdates { get; init; }

    /// <summary>Updates of an epoch.</summary>
    public long? UpdatesOfEpoch { get; init; }

    /// <summary>Images of an update.</summary>
    public long? Batch { get; init; }

    /// <summary>What became of it; null while it is unfinished.</summary>
    public RunResult? Result { get; init; }

    /// <summary>What is wrong with it; null for nothing.</summary>
    public string? Fault { get; init; }

    /// <summary>The hash of its recipe.</summary>
    public string? RecipeHash { get; init; }

    /// <summary>The run that it was forked from: its folder, as it was then.</summary>
    public string? Parent { get; init; }

    /// <summary>The updates that its parent had done.</summary>
    public long? ForkedAfter { get; init; }

    /// <summary>The hash of its parent's recipe.</summary>
    public string? ParentHash { get; init; }

    /// <summary>Bytes of its metrics when it was looked at.</summary>
    public long MetricsBytes { get; init; }

    /// <summary>The keys of its recipe with their values.</summary>
    public IReadOnlyDictionary<string, string> Keys { get; init; } = new Dictionary<string, string>();
}

/// <summary>How a run stands.</summary>
internal enum RunState
{
    /// <summary>A process trains it.</summary>
    Running,

    /// <summary>It was stopped, or its process was killed; it can be resumed.</summary>
    Interrupted,

    /// <summary>It trained to the end of its recipe.</summary>
    Done,

    /// <summary>A loss was not finite.</summary>
    Diverged,

    /// <summary>Something else ended it.</summary>
    Failed,

    /// <summary>Its folder cannot be read.</summary>
    Damaged,
}
