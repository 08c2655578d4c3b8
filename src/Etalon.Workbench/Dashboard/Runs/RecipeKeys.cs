using System.Text.Json;

namespace Etalon.Workbench.Dashboard;

/// <summary>The keys of a recipe, dotted, with their values as text.</summary>
internal static class RecipeKeys
{
    // A table has a value for each update, which nobody filters by.
    private const int LongestValue = 80, MostKeys = 400;

    /// <summary>Adds the keys below an element.</summary>
    public static void Add(Dictionary<string, string> keys, string path, JsonElement json)
    {
        if (keys.Count >= MostKeys) return;
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var entry in json.EnumerateObject()) Add(keys, path.Length == 0 ? entry.Name : $"{path}.{entry.Name}",
                    entry.Value);
                break;
            case JsonValueKind.Array when json.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.Object):
                int place = 0;
                foreach (var item in json.EnumerateArray()) Add(keys, $"{path}.{place++}", item);
                break;
            default:
                string text = TextOf(json);
                keys[string.Intern(path)] = text.Length <= LongestValue ? string.Intern(text) : $"{text[..LongestValue]}...";
                break;
        }
    }

    private static string TextOf(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => json.GetString()!,
        JsonValueKind.Array => $"[{string.Join(", ", json.EnumerateArray().Take(LongestValue).Select(TextOf))}]",
        _ => json.GetRawText(),
    };

    /// <summary>The keys in which some of the recipes differ, in the order in which they come first.</summary>
    public static IReadOnlyList<string> Differing(IEnumerable<IReadOnlyDictionary<string, string>> recipes)
    {
        var values = new Dictionary<string, string?>();
        var (order, differing) = (new List<string>(), new HashSet<string>());
        int count = 0;
        foreach (var recipe in recipes)
        {
            foreach (var (key, value) in recipe)
            {
                if (!values.TryGetValue(key, out string? first))
                {
                    values.Add(key, value);
                    order.Add(key);
                    if (count > 0) differing.Add(key);
                }
                else if (first != value)
                {
                    differing.Add(key);
                }
            }
            foreach (string key in order)
                if (!differing.Contains(key) && !recipe.ContainsKey(key)) differing.Add(key);
            count++;
        }
        return [.. order.Where(differing.Contains)];
    }
}
