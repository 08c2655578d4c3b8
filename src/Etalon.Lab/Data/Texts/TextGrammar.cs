using System.Text;
using Etalon.Engine;

namespace Etalon.Lab.Data;

/// <summary>
/// A text of a hundred and fifty thousand characters that a small grammar makes, always the same: sentences about people and things of a
/// village, with agreement of number, subordinate clauses, speech and little sums. There is something to learn at every distance: spelling,
/// agreement, quotation marks that close, a name that comes again within its paragraph.
/// </summary>
internal static class TextGrammar
{
    private const int Length = 150_000;

    private static readonly string[] Names = ["Anna", "Boris", "Clara", "David", "Emma", "Felix", "Greta", "Hugo", "Ines", "Jonas"];

    private static readonly string[] Nouns =
    [
        "baker", "miller", "teacher", "child", "sailor", "farmer", "dog", "horse", "river", "bridge", "tower", "garden", "letter", "lamp",
        "boat", "stone", "window", "apple", "winter", "market", "cloud", "road", "song", "clock", "field", "neighbor", "bird", "tree",
        "house", "wagon",
    ];

    private static readonly string[] Adjectives =
    [
        "old", "young", "small", "great", "quiet", "red", "green", "heavy", "bright", "cold", "warm", "narrow", "deep", "broken", "kind",
        "slow",
    ];

    private static readonly string[] Verbs =
    [
        "see", "find", "follow", "carry", "paint", "remember", "watch", "love", "lose", "build", "count", "hear", "bring", "want", "help",
    ];

    private static readonly string[] Places =
    [
        "by the river", "in the garden", "at the market", "behind the house", "on the hill", "under the bridge", "near the sea",
        "along the road",
    ];

    private static readonly string[] Times =
        ["in the morning", "at night", "every day", "in spring", "after the rain", "before dawn", "on Sundays", "in winter"];

    private static readonly string[] Numbers =
    [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
        "fifteen", "sixteen", "seventeen", "eighteen",
    ];

    private static readonly Lazy<string> _text = new(Make);

    /// <summary>The text.</summary>
    public static string Text => _text.Value;

    private static string Make()
    {
        var text = new StringBuilder(Length + 1000);
        for (ulong paragraph = 0; text.Length < Length; paragraph++)
        {
            var writer = new Paragraph(new CounterStream(seed: 1, "text grammar", paragraph));
            text.Append(writer.Write()).Append("\n\n");
        }
        return text.ToString(0, Length);
    }

    private sealed class Paragraph(CounterStream stream)
    {
        private CounterStream _stream = stream;
        private string _hero = "";

        public string Write()
        {
            _hero = Pick(Names);
            var sentences = new List<string>();
            for (int i = 3 + Below(4); i > 0; i--) sentences.Add(Sentence());
            return string.Join(' ', sentences);
        }

        private string Sentence() => Below(8) switch
        {
            0 => $"\"{Capital(Clause())},\" said {_hero}.",
            1 => Sum(),
            2 => $"When {Clause()}, {Clause()}.",
            3 => $"{Capital(Pick(Times))} {Clause()}.",
            4 => $"{_hero} {Verb(false)} {Object()}, but {Clause()}.",
            5 => $"Did {_hero} {Pick(Verbs)} {Object()} {Pick(Places)}?",
            _ => $"{Capital(Clause())}.",
        };

        private string Sum()
        {
            int a = Below(10), b = Below(10);
            return $"{Capital(Numbers[a])} and {Numbers[b]} {(a + b == 1 ? "is" : "are")} {Numbers[a + b]}.";
        }

        private string Clause()
        {
            if (Below(3) == 0) return $"{_hero} {Verb(false)} {Object()}";
            bool isPlural = Below(3) == 0;
            string clause = $"{Subject(isPlural)} {Verb(isPlural)} {Object()}";
            return Below(3) == 0 ? $"{clause} {Pick(Places)}" : clause;
        }

        private string Subject(bool isPlural)
        {
            string noun = $"the {(Below(2) == 0 ? $"{Pick(Adjectives)} " : "")}{Noun(isPlural)}";
            return Below(5) == 0 ? $"{noun} that {Verb(isPlural)} {Object()}" : noun;
        }

        private string Object()
        {
            bool isPlural = Below(3) == 0;
            string adjective = Below(3) == 0 ? $"{Pick(Adjectives)} " : "";
            return isPlural ? $"{Numbers[2 + Below(8)]} {adjective}{Noun(true)}" : $"the {adjective}{Noun(false)}";
        }

        private string Noun(bool isPlural)
        {
            string noun = Pick(Nouns);
            return !isPlural ? noun : noun == "child" ? "children" : $"{noun}s";
        }

        private string Verb(bool isPlural)
        {
            string verb = Pick(Verbs);
            return isPlural ? verb : verb == "carry" ? "carries" : verb == "watch" ? "watches" : $"{verb}s";
        }

        // The first words of a list come more often, as in any language.
        private string Pick(string[] words) => words[Math.Min(Below(words.Length), Below(words.Length))];

        private int Below(int count) => (int)_stream.NextBelow((uint)count);

        private static string Capital(string clause) => $"{char.ToUpperInvariant(clause[0])}{clause[1..]}";
    }
}
