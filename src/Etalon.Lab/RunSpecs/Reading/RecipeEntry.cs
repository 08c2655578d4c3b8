namespace Etalon.Lab.RunSpecs.Reading;

/// <summary>A key and its value.</summary>
internal sealed record RecipeEntry(RecipeScalar Key, RecipeNode Value);
