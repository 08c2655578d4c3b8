using System.Globalization;
using Etalon.Lab.Recipes;
using Etalon.Numerics;

namespace Etalon.Lab.Sweeps;

/// <summary>Reads what a sweep varies: lists, ranges, and joint changes.</summary>
internal static class AxisReader
{
    /// <summary>The key of changes that are made together.</summary>
    public const string Together = "together";

    private const int MostValues = 10_000;

    /// <summary>The axes in a section, in its order; what is wrong becomes problems, and its axis is left out.</summary>
    public static List<SweepAxis> Read(RecipeNode over, RecipeProblems problems)
    {
        var axes = new List<SweepAxis>();
        if (over is not RecipeMap map)
        {
            problems.Add(over, "over",
                $"must be a set of keys of the recipe, as in \"over: {{weight_decay: [0, 5e-4]}}\", not {over.Kind}");
            return axes;
        }
        var taken = new HashSet<string>();
        foreach (var (key, value) in map.Entries)
        {
            int before = problems.Count;
            var choices = key.Text == Together ? Joint(value, problems)
                : Values(value, key.Text, problems).Select(IReadOnlyList<SweepChange> (node) => [Change(key.Text, node)]).ToList();
            string[] keys = [.. choices.SelectMany(choice => choice.Select(change => change.Key)).Distinct()];
            foreach (string set in keys)
            {
                if (set == "seed") problems.Add(key.Place, $"over.{key.Shown}: seed is set by seeds; write seeds: 5, or seeds: [3, 7]");
                if (!taken.Add(set))
                    problems.Add(key.Place, $"over.{key.Shown}: sets {set}, which another key of over sets too; keep one of them");
            }
            if (problems.Count == before) axes.Add(new SweepAxis(keys, choices));
        }
        return axes;
    }

    /// <summary>The keys that a section sets, also where something is wrong with their values.</summary>
    public static IReadOnlyList<string> KeysOf(RecipeNode? over) => over is not RecipeMap map ? []
        : [.. map.Entries.SelectMany(entry => entry.Key.Text != Together ? [entry.Key.Text]
            : entry.Value is RecipeList { Items: [RecipeMap first, ..] } ? first.Entries.Select(change => change.Key.Text)
            : Enumerable.Empty<string>())];

    private static SweepChange Change(string key, RecipeNode value) => new(key, FlowText(value), value.Place);

    private static List<IReadOnlyList<SweepChange>> Joint(RecipeNode node, RecipeProblems problems)
    {
        const string Rule = "must be a list of changes, as in \"together: [{learning_rate: 0.1, weight_decay: 5e-4}, ...]\"";
        var choices = new List<IReadOnlyList<SweepChange>>();
        if (node is not RecipeList { Items.Count: > 0 } list)
        {
            problems.Add(node, $"over.{Together}", Rule);
            return choices;
        }
        foreach (var item in list.Items)
        {
            if (item is not RecipeMap { Entries.Count: > 0 } map) problems.Add(item, $"over.{Together}", Rule);
            else choices.Add([.. map.Entries.Select(entry => Change(entry.Key.Text, entry.Value))]);
        }
        if (choices.Count == 0) return choices;
        string[] keys = [.. choices[0].Select(change => change.Key)];
        string rule = $"over.{Together}: each item must set the same keys as the first: {string.Join(", ", keys)}";
        for (int i = 0; i < choices.Count; i++)
            if (!choices[i].Select(change => change.Key).Order(StringComparer.Ordinal).SequenceEqual(keys.Order(StringComparer.Ordinal)))
                problems.Add(choices[i][0].Place, rule);
        return choices;
    }

    private static IReadOnlyList<RecipeNode> Values(RecipeNode node, string key, RecipeProblems problems)
    {
        string path = $"over.{key}";
        if (node is RecipeList { Items.Count: > 0 } list) return list.Items;
        if (node is RecipeMap map && (map.Find("log") ?? map.Find("linear")) is not null)
            return Range(new SectionReader(map, path, problems));
        problems.Add(node, path,
            "must be a list of values such as [0.1, 0.2], or {log: [0.01, 1], count: 5}, or {linear: [0, 1], count: 5}");
        return [];
    }

    private static List<RecipeNode> Range(SectionReader section)
    {
        int before = section.Problems.Count;
        var log = section.Read("log", null, node => Ends(node, least: double.Epsilon));
        var linear = section.Read("linear", null, node => Ends(node, least: double.NegativeInfinity));
        int count = section.Need("count", 2, "write how many values there are, as in count: 5", Count);
        section.Close();
        if (log is not null && linear is not null)
            section.Problems.Add(section.Map.Place, $"{section.Path}: has both log and linear; keep one of them");
        if (section.Problems.Count > before || (log ?? linear) is not { } ends) return [];
        var place = section.Map.Place;
        RecipeScalar Between(int i) => new(log is null ? Linear(ends, i, count) : Logarithmic(ends, i, count), IsQuoted: false, place);
        return [.. Enumerable.Range(0, count).Select(i => i == 0 ? ends.First : i == count - 1 ? ends.Last : Between(i))];
    }

    // a (b/a)^(i / (n - 1)). Six digits are enough between values that are percents apart, and can be read.
    private static string Logarithmic(RangeEnds ends, int i, int count)
    {
        double from = Elementary.Log(ends.From), to = Elementary.Log(ends.To);
        return Elementary.Exp(from + (to - from) * i / (count - 1)).ToString("G6", CultureInfo.InvariantCulture);
    }

    // a + (b - a) i / (n - 1), without the last digits of the rounding.
    private static string Linear(RangeEnds ends, int i, int count) =>
        (ends.From + (ends.To - ends.From) * i / (count - 1)).ToString("G12", CultureInfo.InvariantCulture);

    private static RangeEnds? Ends(RecipeNode node, double least)
    {
        if (node is not RecipeList { Items: [RecipeScalar first, RecipeScalar last] })
            throw new ValueException(node, "must be the first and the last value, as in [0.01, 1]");
        var ends = new RangeEnds(first, last, ScalarReader.Number(first), ScalarReader.Number(last));
        if (Math.Min(ends.From, ends.To) < least)
            throw new ValueException(node, "a logarithmic range must lie above 0; use linear, or a list");
        return ends.From == ends.To ? throw new ValueException(node, "the two ends must differ") : ends;
    }

    private static int Count(RecipeNode node)
    {
        int count = ScalarReader.Integer(node);
        return count is >= 2 and <= MostValues ? count : throw new ValueException(node, $"must be at least 2 and at most {MostValues}");
    }

    /// <summary>A node as YAML in one line, which is read back as the same node.</summary>
    private static string FlowText(RecipeNode node) => node switch
    {
        RecipeScalar { IsQuoted: true } scalar => $"'{scalar.Text.Replace("'", "''", StringComparison.Ordinal)}'",
        RecipeScalar scalar => scalar.Text,
        RecipeList list => $"[{string.Join(", ", list.Items.Select(FlowText))}]",
        RecipeMap map => $"{{{string.Join(", ", map.Entries.Select(entry => $"{FlowText(entry.Key)}: {FlowText(entry.Value)}"))}}}",
        _ => throw new InvalidOperationException(node.Kind),
    };

    private sealed record RangeEnds(RecipeScalar First, RecipeScalar Last, double From, double To);
}
