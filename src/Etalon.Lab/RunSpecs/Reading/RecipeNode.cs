namespace Etalon.Lab.RunSpecs.Reading;

/// <summary>A part of a recipe's text, before it means anything: what YAML and JSON have in common, with places.</summary>
/// <param name="Place">Where it begins.</param>
internal abstract record RecipeNode(Place Place)
{
    /// <summary>The text in one short line, for messages.</summary>
    public abstract string Shown { get; }

    /// <summary>The kind in words, for messages.</summary>
    public abstract string Kind { get; }
}
