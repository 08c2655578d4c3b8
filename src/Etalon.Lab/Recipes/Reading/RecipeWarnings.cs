namespace Etalon.Lab.Recipes;

/// <summary>What is allowed in a recipe but probably not meant.</summary>
internal sealed class RecipeWarnings
{
    /// <summary>Whether somebody will read them. Some cost more to look for than the recipe to read.</summary>
    public bool AreWanted { get; init; } = true;

    private readonly List<(SourceLocation Place, string Text)> warnings = [];

    /// <summary>One thing.</summary>
    public void Add(SourceLocation place, string text) => warnings.Add((place, text));

    /// <summary>All of them, in the order of their places.</summary>
    public IReadOnlyList<string> InOrder() =>
        [.. warnings.OrderBy(warning => warning.Place).Select(warning => $"{warning.Place}: {warning.Text}")];
}
