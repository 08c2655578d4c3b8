using System.Text.Json.Nodes;

namespace Etalon.Lab.Runs;

/// <summary>What differs between two recipes, by dotted key.</summary>
internal static class JsonDifferences
{
    // A table of a value for each update differs in more places than anybody reads.
    private const int MostShown = 20;

    private const int LongestValue = 60;

    /// <summary>Each difference as "key was A, is B", in the order of the keys; the first few where there are many.</summary>
    public static IReadOnlyList<string> Between(JsonNode? was, JsonNode? now) =>
        Between(was, now, (key, before, after) => $"{key} was {before}, is {after}");

    /// <summary>The same in other words.</summary>
    /// <param name="was">The one.</param>
    /// <param name="now">The other.</param>
    /// <param name="words">Says a difference, from its key and both values.</param>
    public static IReadOnlyList<string> Between(JsonNode? was, JsonNode? now, Func<string, string, string, string> words)
    {
        List<string> all = [.. Walk("", was, now).Select(found => words(found.Key, Shown(found.Was), Shown(found.Now)))];
        return all.Count <= MostShown ? all : [.. all.Take(MostShown), $"... and {all.Count - MostShown} more differences"];
    }

    private static IEnumerable<(string Key, JsonNode? Was, JsonNode? Now)> Walk(string key, JsonNode? was, JsonNode? now)
    {
        if (was is JsonObject before && now is JsonObject after)
        {
            return before.Select(entry => entry.Key).Union(after.Select(entry => entry.Key))
                .SelectMany(name => Walk(key.Length == 0 ? name : $"{key}.{name}", before[name], after[name]));
        }
        if (was is JsonArray first && now is JsonArray second && first.Count == second.Count)
            return Enumerable.Range(0, first.Count).SelectMany(i => Walk($"{key}.{i}", first[i], second[i]));
        return JsonNode.DeepEquals(was, now) ? [] : [(key, was, now)];
    }

    private static string Shown(JsonNode? node)
    {
        string text = node?.ToJsonString().Trim('"') ?? "not there";
        return text.Length <= LongestValue ? text : $"{text[..LongestValue]}...";
    }
}
