using System.Globalization;

namespace Etalon.Lab.Recipes;

/// <summary>
/// "key=value" from the command line, put into a recipe's nodes before it is read: data.batch=64, learning_rate=0.05,
/// learning_rate.0.linear.to=0.2 for the first item of a list. A value is YAML, so model.hidden=[64,32] works; key=null takes a key away.
/// </summary>
internal static class Overrides
{
    /// <summary>Puts each override in, in order; a later one wins.</summary>
    public static void Apply(RecipeMap recipe, IReadOnlyList<string> overrides, RecipeProblems problems)
    {
        foreach (var text in overrides) Apply(recipe, text, problems);
    }

    private static void Apply(RecipeMap recipe, string text, RecipeProblems problems)
    {
        var place = SourceLocation.Override(text);
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var keys = equals < 0 ? [] : text[..equals].Trim().Split('.');
        if (keys.Length is 0 or > 16 || keys.Any(string.IsNullOrWhiteSpace))
        {
            problems.Add(place, "must be key=value with a dotted key, as in data.batch=64");
            return;
        }
        if (RecipeText.ParseValue(text[(equals + 1)..], place, problems) is not { } value) return;
        RecipeNode at = recipe;
        for (var depth = 0; depth < keys.Length; depth++)
        {
            var isLast = depth == keys.Length - 1;
            if (Step(at, keys[depth], isLast ? value : null, place) is not { } next)
            {
                problems.Add(place, $"{string.Join('.', keys[..(depth + 1)])} cannot be set: {Reason(at, keys[depth])}");
                return;
            }
            at = next;
        }
    }

    // One key further down; a set of keys that is not there yet is made. With a value, the key is set to it, or taken away by null.
    private static RecipeNode? Step(RecipeNode at, string key, RecipeNode? value, SourceLocation place)
    {
        if (at is RecipeMap map)
        {
            // Nothing at all is more likely a slip than a wish.
            if (value is RecipeScalar { IsNull: true, Text.Length: > 0 })
            {
                map.Entries.RemoveAll(entry => entry.Key.Text == key);
                return value;
            }
            if (value is null && map.Find(key) is { } entry) return entry.Value;
            // What is missing in it is missing in the recipe, not in what the override says.
            var made = value ?? new RecipeMap([], at.Place);
            map.Set(new RecipeScalar(key, false, place), made);
            return made;
        }
        if (at is not RecipeList list || !int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            || index >= list.Items.Count)
            return null;
        return value is null ? list.Items[index] : list.Items[index] = value;
    }

    private static string Reason(RecipeNode at, string key) => at is RecipeList list
        ? $"\"{key}\" names no item of a list of {list.Items.Count}; items count from 0"
        : $"what stands there is {at.Kind} ({at.Shown}), which has no key \"{key}\"; override it as a whole";
}
