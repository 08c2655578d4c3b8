namespace Etalon.Lab.Recipes;

/// <summary>What is allowed in a recipe but probably not meant.</summary>
internal sealed class RecipeWarnings
{
    private readonly List<(SourceLocation Place, string Text)> warnings = [];

    /// <summary>One thing.</summary>
    public void Add(SourceLocation place, string text) => warnings.Add((place, text));

    /// <summary>All of them, in the order of their places.</summary>
    public IReadOnlyList<string> InOrder() =>
        [.. warnings.OrderBy(warning => warning.Place).Select(warning => $"{warning.Place}: {warning.Text}")];
}
