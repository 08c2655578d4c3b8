using Etalon.Lab.Recipes;

namespace Etalon.Lab.Training;

/// <summary>A run that is about to train.</summary>
public sealed record RunStart
{
    /// <summary>Its folder.</summary>
    public required string Folder { get; init; }

    /// <summary>Its recipe.</summary>
    public required Recipe Spec { get; init; }

    /// <summary>The updates that have been done.</summary>
    public long Step { get; init; }

    /// <summary>What was found on the way and got around, such as a damaged checkpoint; a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The recipe of the run that this one was forked from; null for none.</summary>
    public Recipe? Parent { get; init; }
}
