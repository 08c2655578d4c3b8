using Etalon.Lab.Recipes;

namespace Etalon.Lab.Sweeps;

/// <summary>One thing that a sweep varies: each choice sets one key, or several at once.</summary>
internal sealed record SweepAxis(IReadOnlyList<string> Keys, IReadOnlyList<IReadOnlyList<SweepChange>> Choices);

/// <summary>A key of the recipe, the value that it gets as text in YAML, and where that stands in the sweep's file.</summary>
internal sealed record SweepChange(string Key, string Value, SourceLocation Place)
{
    /// <summary>The change as an override of the recipe.</summary>
    public string Override => $"{Key}={Value}";
}
