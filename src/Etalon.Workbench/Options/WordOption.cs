using System.CommandLine;
using Etalon.Lab.Recipes;

namespace Etalon.Workbench.Options;

/// <summary>Options whose values are words of a list; another word is told with the one that was meant.</summary>
internal static class WordOption
{
    /// <summary>Refuses every word but these.</summary>
    public static void Allow<T>(Option<T> option, params IReadOnlyList<string> words) => Allow(option, words, _ => null);

    /// <summary>Refuses every word but these, some with a reason of their own.</summary>
    /// <param name="option">The option.</param>
    /// <param name="words">Its words.</param>
    /// <param name="reasonOf">Why a word is none of them, though one might think so; null for others.</param>
    public static void Allow<T>(Option<T> option, IReadOnlyList<string> words, Func<string, string?> reasonOf) =>
        option.Validators.Add(result =>
        {
            foreach (string word in result.Tokens.Select(token => token.Value).Where(word => !words.Contains(word)))
                result.AddError($"{option.Name} {word}: {reasonOf(word) ?? $"must be {Rule(word, words)}"}");
        });

    private static string Rule(string word, IReadOnlyList<string> words)
    {
        if (words.Count == 1) return words[0];
        string meant = Suggestion.To(word, words) is { } near ? $"; did you mean {near}?" : "";
        return $"one of {string.Join(", ", words)}{meant}";
    }
}
