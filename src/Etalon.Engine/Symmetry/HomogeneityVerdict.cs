namespace Etalon.Engine.Symmetry;

/// <summary>Whether a network's outputs for a training batch stay the same when a group is scaled, by the rules of its layers.</summary>
public sealed record HomogeneityVerdict
{
    internal HomogeneityVerdict() { }

    /// <summary>Whether the outputs have degree 0 in the group: f(c w) = f(w) for all c > 0.</summary>
    public bool IsInvariant => Mismatch is null;

    /// <summary>The layer and the two degrees that keep it from being so; null where it is invariant.</summary>
    public required DegreeMismatch? Mismatch { get; init; }

    /// <summary>The first normalization whose epsilon > 0 makes the invariance hold up to epsilon only; null where it is exact.</summary>
    public required string? EpsilonLayer { get; init; }

    /// <summary>A short list of changes, each as small as the rules allow, that together make the group invariant; empty where it is, or where none was found.</summary>
    public required IReadOnlyList<string> Remedies { get; init; }
}
