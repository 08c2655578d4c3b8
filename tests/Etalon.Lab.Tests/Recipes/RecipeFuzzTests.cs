using System.Diagnostics;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Tests.Recipes;

public class RecipeFuzzTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private static readonly string[] Words =
    [
        "", "-1", "0", "1e400", "NaN", ".inf", "1_000", "1__0", "9223372036854775808", "30ep", "0.3dur", "99999999999999999999ep",
        "1e308ba", "-5ba", "5%", "5",
        "true", "null", "~", "[]", "{}", "[1, [2]]", "{a: b}", "&a", "*a", "!!str", "---", "...", "'", "\"", "\\", "\t", "|", ">", "? ",
        ": ", "- ", "#", "@", "%",
        "learning_rate", "linear", "cosine", "steps", "warmup", "one_cycle", "wsd", "table", "repeated", "of", "for", "at", "factor",
        "every", "period",
        "\u0000", "\u2028", "\ud83d\ude00", "\ufeff", "ü", "cifar10", "preresnet-14", "group", "1e-320",
    ];

    [Fact]
    public void Mutated_recipes_are_accepted_or_refused_with_line_and_column() => AcceptsOrRefuses(first: 0, mutations: 2_000);

    [Fact]
    [Trait("speed", "slow")]
    public void Ten_thousand_mutated_recipes_are_accepted_or_refused_with_line_and_column() =>
        AcceptsOrRefuses(first: 1, mutations: 10_000);

    private static void AcceptsOrRefuses(int first, int mutations)
    {
        var originals = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "recipes"), "*.yaml").Order(StringComparer.Ordinal)
            .Select(File.ReadAllText).ToArray();
        var random = new Random(20_240_607 + first);
        var (accepted, refused) = (0, 0);
        for (var i = 0; i < mutations; i++)
        {
            var text = originals[random.Next(originals.Length)];
            for (var count = random.Next(1, 4); count > 0; count--) text = Mutate(text, random);
            if (Reads(text)) accepted++;
            else refused++;
        }
        // Neither may be rare, or the mutations do not test what they should.
        Assert.InRange(accepted, mutations / 20, mutations);
        Assert.InRange(refused, mutations / 4, mutations);
    }

    private static bool Reads(string text)
    {
        // Whatever takes long is tried again: once slow may be the machine's doing, three times is the reader's.
        for (var attempt = 1; ; attempt++)
        {
            var watch = Stopwatch.StartNew();
            var isAccepted = ReadsOnce(text);
            if (watch.Elapsed < Longest) return isAccepted;
            Assert.True(attempt < 3, $"{watch.Elapsed.TotalMilliseconds:0} ms for:\n{text}");
        }
    }

    private static bool ReadsOnce(string text)
    {
        try
        {
            _ = RecipeReader.Read(text, "fuzz.yaml").Recipe.Hash;
            return true;
        }
        catch (InputException e)
        {
            Assert.NotEmpty(e.Problems);
            Assert.All(e.Problems, problem => Assert.Matches(@"^fuzz\.yaml:[1-9]\d*:[1-9]\d*: .+|^\.\.\. and \d+ more problems$", problem));
            return false;
        }
        catch (Exception e) when (e is not Xunit.Sdk.IAssertionException)
        {
            throw new InvalidOperationException($"{e.GetType().Name} for:\n{text}", e);
        }
    }

    private static string Mutate(string text, Random random)
    {
        var at = random.Next(text.Length + 1);
        var length = Math.Min(random.Next(1, 12), text.Length - at);
        var word = Words[random.Next(Words.Length)];
        switch (random.Next(7))
        {
            case 0:
                return text.Remove(at, length);
            case 1:
                return text.Insert(at, word);
            case 2:
                return text.Remove(at, length).Insert(at, word);
            case 3:
                return text[..at];
            case 4:
                return ReplaceWord(text, at, word);
            case 5:
                return text.Insert(at, string.Concat(Enumerable.Repeat(word.Length > 0 ? word : " ", random.Next(1, 60))));
            default:
                var lines = text.Split('\n');
                var (i, j) = (random.Next(lines.Length), random.Next(lines.Length));
                (lines[i], lines[j]) = (lines[j], lines[random.Next(lines.Length)]);
                return string.Join('\n', lines);
        }
    }

    // The whole word around a place, so that values and keys change as a person would change them.
    private static string ReplaceWord(string text, int at, string word)
    {
        static bool IsPart(char c) => char.IsLetterOrDigit(c) || c is '.' or '-' or '_';
        var (begin, end) = (at, at);
        while (begin > 0 && IsPart(text[begin - 1])) begin--;
        while (end < text.Length && IsPart(text[end])) end++;
        return string.Concat(text.AsSpan(0, begin), word, text.AsSpan(end));
    }
}
