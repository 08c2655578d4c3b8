namespace Etalon.Lab.Recipes;

/// <summary>A recipe as it was read: what decides the run, and where it came from.</summary>
/// <param name="Recipe">The recipe, overrides applied.</param>
/// <param name="SourceText">The text as it was given, before overrides; a run keeps it as recipe.yaml.</param>
/// <param name="File">The file that it was read from; null for a text.</param>
/// <param name="Tables">The files of its tables.</param>
/// <param name="Overrides">The overrides given with it, "key=value" each, in order.</param>
/// <param name="Warnings">What is allowed but probably not meant, such as a milestone that can never fire; a sentence each.</param>
public sealed record ReadRecipe(
    Recipe Recipe, string SourceText, string? File, IReadOnlyList<string> Tables, IReadOnlyList<string> Overrides,
    IReadOnlyList<string> Warnings)
{
    /// <summary>A recipe that was made in code: its text is the canonical one.</summary>
    public static ReadRecipe Of(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return new ReadRecipe(recipe, RecipeWriter.ToOwnYaml(recipe), File: null, Tables: [], Overrides: [], Warnings: []);
    }
}
