namespace Etalon.Lab.Diagnosis;

/// <summary>Names of groups of weights, folded to what they share: "all 6 groups", "all of layer3", "conv1.weight and 3 more".</summary>
internal static class GroupNames
{
    private const int MostNamed = 8;

    /// <summary>Of some groups of a log.</summary>
    public static string Of(IEnumerable<string> groups, Evidence evidence) =>
        Of([.. groups], [.. evidence.Groups.Select(group => group.Name)]);

    /// <summary>Of some of all groups.</summary>
    public static string Of(IReadOnlyList<string> some, IReadOnlyList<string> all)
    {
        if (some.Count == 0) return "";
        if (some.Count == all.Count && all.Count > 1) return $"all {all.Count} groups";
        var left = some.ToList();
        var words = new List<string>();
        // What a prefix up to a point covers whole, the shortest prefix first.
        foreach (string prefix in some.SelectMany(Prefixes).Distinct().OrderBy(prefix => prefix.Length).ToList())
        {
            var under = all.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).ToList();
            if (under.Count < 2 || under.Count == all.Count || !under.All(left.Contains)) continue;
            words.Add($"all of {prefix.TrimEnd('.')}");
            left.RemoveAll(under.Contains);
        }
        words.AddRange(left.Take(MostNamed));
        if (left.Count > MostNamed) words.Add($"{left.Count - MostNamed} more");
        string text = Text.List(words);
        return some.Count <= 2 || words.Count == some.Count && some.Count <= MostNamed
            ? text : $"{some.Count} of {all.Count} groups: {text}";
    }

    private static IEnumerable<string> Prefixes(string name)
    {
        for (int i = 0; i < name.Length - 1; i++)
            if (name[i] == '.') yield return name[..(i + 1)];
    }
}
