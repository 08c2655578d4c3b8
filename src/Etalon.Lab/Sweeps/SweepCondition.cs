using System.Text.RegularExpressions;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Sweeps;

/// <summary>
/// A condition on the keys of a sweep: two products with a comparison between them, such as "learning_rate * weight_decay &lt;= 1e-3".
/// A configuration that does not meet it is no part of the sweep.
/// </summary>
internal sealed partial class SweepCondition
{
    private readonly string[] left, right;
    private readonly string comparison;

    private SweepCondition(string[] left, string comparison, string[] right) =>
        (this.left, this.comparison, this.right) = (left, comparison, right);

    /// <summary>Reads a condition.</summary>
    /// <param name="node">The text.</param>
    /// <param name="keys">The keys that the sweep sets.</param>
    /// <exception cref="ValueException">It is no condition, or names something else.</exception>
    public static SweepCondition Read(RecipeNode node, IReadOnlyList<string> keys)
    {
        var match = Form().Match(ScalarReader.Text(node));
        if (!match.Success)
            throw new ValueException(node,
                "must compare two products with <, <=, >, >=, == or !=, as in \"learning_rate <= 10 * weight_decay\"");
        string[] left = Factors(match.Groups["left"].Value), right = Factors(match.Groups["right"].Value);
        foreach (string factor in left.Concat(right))
        {
            if (keys.Contains(factor) || NumberText.TryRead(factor, out _, out _)) continue;
            string remedy = Suggestion.To(factor, keys) is { } near ? $"did you mean {near}?" : keys.Count == 0 ? "over sets none"
                : $"they are {string.Join(", ", keys)}";
            throw new ValueException(node, $"\"{factor}\" is neither a number nor a key that over sets; {remedy}");
        }
        return new SweepCondition(left, match.Groups["comparison"].Value, right);
    }

    /// <summary>The keys that it names.</summary>
    public IEnumerable<string> Keys => left.Concat(right).Where(factor => !NumberText.TryRead(factor, out _, out _));

    /// <summary>Whether changes meet the condition.</summary>
    /// <exception cref="FormatException">A value is no number.</exception>
    public bool Holds(IReadOnlyList<SweepChange> changes)
    {
        double one = Product(left, changes), two = Product(right, changes);
        return comparison switch
        {
            "<" => one < two,
            "<=" => one <= two,
            ">" => one > two,
            ">=" => one >= two,
            "==" => one == two,
            _ => one != two,
        };
    }

    private static double Product(string[] factors, IReadOnlyList<SweepChange> changes)
    {
        double product = 1;
        foreach (string factor in factors)
        {
            string text = changes.FirstOrDefault(change => change.Key == factor)?.Value ?? factor;
            product *= NumberText.TryRead(text, out double value, out _) ? value
                : throw new FormatException($"{factor} = {text} is no number; leave it out of the condition");
        }
        return product;
    }

    private static string[] Factors(string side) => side.Split('*', StringSplitOptions.TrimEntries);

    [GeneratedRegex("^(?<left>[^<>=!]+)(?<comparison><=|>=|==|!=|<|>)(?<right>[^<>=!]+)$")]
    private static partial Regex Form();
}
