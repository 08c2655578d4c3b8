namespace Etalon.Lab.Recipes;

/// <summary>
/// Reads the keys of one part of a recipe. A value that breaks a rule becomes a problem and the reading goes on with what stood there
/// before; keys that nobody asked for become problems at <see cref="Close"/>.
/// </summary>
internal sealed class SectionReader(RecipeMap map, string path, RecipeProblems problems)
{
    // In the order that the keys were asked for, some of them twice; false for those that others of the kind have, and this one has not.
    private readonly OrderedDictionary<string, bool> known = [];

    /// <summary>The keys and values.</summary>
    public RecipeMap Map { get; } = map;

    /// <summary>The dotted key of the part; empty for the whole recipe.</summary>
    public string Path { get; } = path;

    /// <summary>Takes what is wrong.</summary>
    public RecipeProblems Problems { get; } = problems;

    /// <summary>The part under a node, or null after a problem was noted.</summary>
    public static SectionReader? Open(RecipeNode node, string path, RecipeProblems problems)
    {
        if (node is RecipeMap map) return new(map, path, problems);
        problems.Add(node, path, $"must be a set of keys, as in \"{path}: {{key: value}}\", not {node.Kind}");
        return null;
    }

    /// <summary>The dotted path of a key here.</summary>
    public string PathOf(string key) => Path.Length == 0 ? key : $"{Path}.{key}";

    /// <summary>The value of a key, which from now on is known; null if it is not there.</summary>
    public RecipeNode? Take(string key)
    {
        known[key] = true;
        return Map.Find(key)?.Value;
    }

    /// <summary>The value of a key that does not belong here, and that the caller refuses in words of its own; null if it is not
    /// there.</summary>
    public RecipeNode? TakeMisplaced(string key)
    {
        known.TryAdd(key, false);
        return Map.Find(key)?.Value;
    }

    /// <summary>Reads the value of a key; <paramref name="fallback"/> if it is not there or breaks a rule.</summary>
    public T Read<T>(string key, T fallback, Func<RecipeNode, T> read) => Set(fallback, key, read, (_, value) => value);

    /// <summary>Reads a value that must be there.</summary>
    public T Need<T>(string key, T fallback, string remedy, Func<RecipeNode, T> read)
    {
        if (Map.Find(key) is null) Missing(key, remedy);
        return Read(key, fallback, read);
    }

    /// <summary>Notes that a key is missing.</summary>
    public void Missing(string key, string remedy)
    {
        known[key] = true;
        Problems.Add(Map.Place, $"{PathOf(key)} is missing; {remedy}");
    }

    /// <summary>Puts the value of a key into a record whose property checks it.</summary>
    public TSpec Set<TSpec, TValue>(TSpec spec, string key, Func<RecipeNode, TValue> read, Func<TSpec, TValue, TSpec> with)
    {
        if (Take(key) is not { } node) return spec;
        try
        {
            return with(spec, read(node));
        }
        catch (ValueException e)
        {
            Problems.Add(e.Node, PathOf(key), e.Message, e.Candidates);
        }
        catch (ArgumentException e)
        {
            Problems.Add(node, PathOf(key), RuleOf(e));
        }
        return spec;
    }

    /// <summary>The last call: what was never asked for is unknown.</summary>
    public void Close()
    {
        foreach (var (key, _) in Map.Entries)
        {
            if (known.ContainsKey(key.Text)) continue;
            var hint =
                Suggestion.To(key.Text, known.Keys) is { } near ? $"did you mean {near}?" : $"known here: {string.Join(", ", known.Keys)}";
            Problems.Add(key.Place, $"{PathOf(key.Shown)}: unknown key; {hint}",
                new(CandidateKind.Key, [.. known.Where(other => other.Value && Map.Find(other.Key) is null).Select(other => other.Key)]));
        }
    }

    /// <summary>An argument error's message without what .NET appends to it.</summary>
    public static string RuleOf(ArgumentException e)
    {
        var end = e.Message.IndexOf(" (Parameter '", StringComparison.Ordinal);
        return (end < 0 ? e.Message : e.Message[..end]).TrimEnd('.');
    }
}
