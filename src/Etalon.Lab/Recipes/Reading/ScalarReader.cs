
namespace Etalon.Lab.Recipes;

/// <summary>Single values of a recipe. Each throws a <see cref="ValueException"/> with the rule and the remedy.</summary>
internal static class ScalarReader
{
    /// <summary>A word or a text.</summary>
    public static string Text(RecipeNode node)
    {
        var scalar = Scalar(node, "a text");
        return scalar.Text.Length > 0 ? scalar.Text : throw new ValueException(node, "must not be empty; write a text or remove the key");
    }

    /// <summary>A finite number: 0.1, 5e-4, 1e-7, 1_000.</summary>
    public static double Number(RecipeNode node) =>
        NumberText.TryRead(Unquoted(node, "a number").Text, out double value, out var rule) ? value : throw new ValueException(node, rule);

    /// <summary>A whole number that fits in 32 bits.</summary>
    public static int Integer(RecipeNode node) =>
        NumberText.TryReadInteger(Unquoted(node, "a whole number").Text, out int value, out var rule)
            ? value : throw new ValueException(node, rule);

    /// <summary>A whole number; 1e6 is one too.</summary>
    public static long Long(RecipeNode node) =>
        NumberText.TryReadWhole(Unquoted(node, "a whole number").Text, out long value, out var rule)
            ? value : throw new ValueException(node, rule);

    /// <summary>A seed: a whole number from 0 to 2^64 - 1.</summary>
    public static ulong Seed(RecipeNode node) =>
        NumberText.TryReadSeed(Unquoted(node, "a whole number").Text, out ulong value, out var rule)
            ? value : throw new ValueException(node, rule);

    /// <summary>true or false.</summary>
    public static bool Boolean(RecipeNode node) => Unquoted(node, "true or false").Text switch
    {
        "true" => true,
        "false" => false,
        _ => throw new ValueException(node, "must be true or false") { Candidates = new(CandidateKind.Value, ["true", "false"]) },
    };

    /// <summary>A member of an enumeration by its name in a recipe: CropFlip is crop-flip.</summary>
    public static T Choice<T>(RecipeNode node) where T : struct, Enum
    {
        var members = Enum.GetValues<T>();
        string[] words = Array.ConvertAll(members, member => RecipeWords.Of(member));
        return members[Array.IndexOf(words, Word(node, words))];
    }

    /// <summary>One of some words.</summary>
    public static string Word(RecipeNode node, IReadOnlyList<string> words)
    {
        var text = Scalar(node, "a word").Text;
        if (words.Contains(text)) return text;
        var hint = Suggestion.To(text, words) is { } near ? $"; did you mean {near}?" : "";
        throw new ValueException(node, words.Count == 1 ? $"must be {words[0]}" : $"must be one of {string.Join(", ", words)}{hint}")
        {
            Candidates = new(CandidateKind.Value, words),
        };
    }

    /// <summary>A list, each item read by <paramref name="read"/>.</summary>
    public static List<T> List<T>(RecipeNode node, Func<RecipeNode, T> read) =>
        node is RecipeList list ? [.. list.Items.Select(read)] : throw new ValueException(node, "must be a list such as [128, 64]");

    /// <summary>A single value that was written at all.</summary>
    public static RecipeScalar Scalar(RecipeNode node, string what) =>
        node is not RecipeScalar scalar ? throw new ValueException(node, $"must be {what}, not {node.Kind}")
        : scalar.IsNull ? throw new ValueException(node, $"has no value; write {what} or remove the key")
        : scalar;

    private static RecipeScalar Unquoted(RecipeNode node, string what)
    {
        var scalar = Scalar(node, what);
        return scalar.IsQuoted ? throw new ValueException(node, $"must be {what}; remove the quotes") : scalar;
    }
}

/// <summary>A part of a recipe is not what its key needs; caught by the reader, which adds the key.</summary>
internal sealed class ValueException(RecipeNode node, string rule) : Exception(rule)
{
    /// <summary>The part.</summary>
    public RecipeNode Node { get; } = node;

    /// <summary>What could stand there; null where nobody can list it.</summary>
    public RecipeCandidates? Candidates { get; init; }
}
