using Etalon.Lab.Data;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;

namespace Etalon.Lab.Training;

/// <summary>What a run begins with: anew, resumed, or forked from another.</summary>
internal sealed record RunPlan
{
    public required Recipe Spec { get; init; }

    public required DataSet Data { get; init; }

    /// <summary>What may not change while the run goes on.</summary>
    public required RunIdentity Identity { get; init; }

    /// <summary>Makes or gives the folder, once recipe and data are known to fit; what it is given writes the checkpoint that a run begins with, where it has none.</summary>
    public required Func<Action<CheckpointFolder>, RunFolder> Open { get; init; }

    /// <summary>The state to go on from; null for the initial one.</summary>
    public Checkpoint? From { get; init; }

    /// <summary>What is there of the result.</summary>
    public RunProgress Progress { get; init; } = new();

    /// <summary>Where the metrics go on.</summary>
    public MetricsPosition Mark { get; init; }

    public IReadOnlyList<string> Notes { get; init; } = [];

    public Recipe? Parent { get; init; }
}
