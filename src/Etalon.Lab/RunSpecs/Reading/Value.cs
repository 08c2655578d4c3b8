using System.Globalization;
using System.Text;

namespace Etalon.Lab.RunSpecs.Reading;

/// <summary>Single values of a recipe. Each throws a <see cref="ValueException"/> with the rule and the remedy.</summary>
internal static class Value
{
    /// <summary>A word or a text.</summary>
    public static string Text(RecipeNode node)
    {
        var scalar = Scalar(node, "a text");
        return scalar.Text.Length > 0 ? scalar.Text : throw new ValueException(node, "must not be empty; write a text or remove the key");
    }

    /// <summary>A finite number: 0.1, 5e-4, 1e-7, 1_000.</summary>
    public static double Number(RecipeNode node)
    {
        var scalar = Unquoted(node, "a number");
        const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (!double.TryParse(WithoutSeparators(scalar), Styles, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value))
            throw new ValueException(node, "must be a finite number such as 0.1, 5e-4 or 1_000");
        return value;
    }

    /// <summary>A whole number that fits in 32 bits.</summary>
    public static int Integer(RecipeNode node)
    {
        var value = Long(node);
        return value is >= int.MinValue and <= int.MaxValue
            ? (int)value
            : throw new ValueException(node, $"must be a whole number of at most {int.MaxValue}");
    }

    /// <summary>A whole number; 1e6 is one too.</summary>
    public static long Long(RecipeNode node)
    {
        var scalar = Unquoted(node, "a whole number");
        if (long.TryParse(WithoutSeparators(scalar), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exact))
            return exact;
        var value = Number(node);
        return value == Math.Floor(value) && Math.Abs(value) < 1L << 53
            ? (long)value
            : throw new ValueException(node, "must be a whole number such as 128");
    }

    /// <summary>A seed: a whole number from 0 to 2^64 - 1.</summary>
    public static ulong Seed(RecipeNode node)
    {
        var scalar = Unquoted(node, "a whole number");
        return ulong.TryParse(WithoutSeparators(scalar), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new ValueException(node, "must be a whole number from 0 to 18446744073709551615");
    }

    /// <summary>true or false.</summary>
    public static bool Boolean(RecipeNode node) => Unquoted(node, "true or false").Text switch
    {
        "true" => true,
        "false" => false,
        _ => throw new ValueException(node, "must be true or false"),
    };

    /// <summary>A member of an enumeration by its name in a recipe: CropFlip is crop-flip.</summary>
    public static T Choice<T>(RecipeNode node) where T : struct, Enum
    {
        var text = Scalar(node, "a word").Text;
        foreach (var member in Enum.GetValues<T>())
        {
            if (Word(member) == text) return member;
        }
        var words = Enum.GetValues<T>().Select(Word).ToList();
        var hint = Nearest.To(text, words) is { } near ? $"; did you mean {near}?" : "";
        throw new ValueException(node, words.Count == 1 ? $"must be {words[0]}" : $"must be one of {string.Join(", ", words)}{hint}");
    }

    /// <summary>The name of an enumeration's member in a recipe: lower case, words joined by dashes.</summary>
    public static string Word<T>(T member) where T : struct, Enum
    {
        var word = new StringBuilder();
        foreach (var letter in member.ToString())
        {
            if (char.IsUpper(letter) && word.Length > 0) word.Append('-');
            word.Append(char.ToLowerInvariant(letter));
        }
        return word.ToString();
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

    // Between digits only: "_1" and "1__0" stay wrong.
    private static string WithoutSeparators(RecipeScalar scalar)
    {
        var text = scalar.Text;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '_' && !(i > 0 && i + 1 < text.Length && char.IsAsciiDigit(text[i - 1]) && char.IsAsciiDigit(text[i + 1])))
                return text;
        }
        return text.Replace("_", "", StringComparison.Ordinal);
    }
}
