namespace Etalon.Lab.Sweeps;

/// <summary>A recipe with the changes that a sweep makes to it; it has a trial for each seed.</summary>
internal sealed record SweepConfiguration
{
    /// <summary>
    /// The keys that the sweep sets, with their values as text, in the order of the file. Where it has several recipes the first key
    /// is "recipe".
    /// </summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Changes { get; init; }

    /// <summary>Its trials, one for each seed.</summary>
    public required IReadOnlyList<Trial> Trials { get; init; }

    /// <summary>The changes in one line; "the recipe" where there are none.</summary>
    public string Label => Changes.Count == 0 ? "the recipe" : string.Join(' ', Changes.Select(change => $"{change.Key}={change.Value}"));
}
