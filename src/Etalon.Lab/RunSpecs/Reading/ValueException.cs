namespace Etalon.Lab.RunSpecs.Reading;

/// <summary>A part of a recipe is not what its key needs; caught by the reader, which adds the key.</summary>
internal sealed class ValueException(RecipeNode node, string rule) : Exception(rule)
{
    /// <summary>The part.</summary>
    public RecipeNode Node { get; } = node;
}
