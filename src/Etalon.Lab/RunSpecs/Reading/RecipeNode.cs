namespace Etalon.Lab.RunSpecs.Reading;

/// <summary>A part of a recipe's text, before it means anything: what YAML and JSON have in common, with places.</summary>
/// <param name="Place">Where it begins.</param>
internal abstract record RecipeNode(Place Place)
{
    /// <summary>Where it stands in the text: the first character, and the one after its last. Both 0 for what an override brought.</summary>
    public (int Begin, int End) Extent { get; init; }

    /// <summary>Whether it stands in brackets or braces, or inside such.</summary>
    public bool IsFlow { get; init; }

    /// <summary>The text in one short line, for messages.</summary>
    public abstract string Shown { get; }

    /// <summary>The kind in words, for messages.</summary>
    public abstract string Kind { get; }
}
