namespace Etalon.Lab.Recipes;

/// <summary>A part of a recipe's text, before it means anything: what YAML and JSON have in common, with places.</summary>
/// <param name="Place">Where it begins.</param>
internal abstract record RecipeNode(SourceLocation Place)
{
    /// <summary>
    /// Where it stands in the text: the first character, and the one after its last. Both 0 for what an override brought.
    /// </summary>
    public (int Begin, int End) Extent { get; init; }

    /// <summary>Whether it stands in brackets or braces, or inside such.</summary>
    public bool IsFlow { get; init; }

    /// <summary>The text in one short line, for messages.</summary>
    public abstract string Shown { get; }

    /// <summary>The kind in words, for messages.</summary>
    public abstract string Kind { get; }
}

/// <summary>A key and its value.</summary>
internal sealed record RecipeEntry(RecipeScalar Key, RecipeNode Value);

/// <summary>A list.</summary>
/// <param name="Items">Its items.</param>
/// <param name="Place">Where it begins.</param>
internal sealed record RecipeList(List<RecipeNode> Items, SourceLocation Place) : RecipeNode(Place)
{
    public override string Kind => "a list";

    public override string Shown => Items.Count == 0 ? "[]" : "[...]";
}

/// <summary>Keys with values, in the order of the text.</summary>
/// <param name="Entries">The entries; every key once.</param>
/// <param name="Place">Where it begins.</param>
internal sealed record RecipeMap(List<RecipeEntry> Entries, SourceLocation Place) : RecipeNode(Place)
{
    public override string Kind => "a set of keys";

    public override string Shown => Entries.Count == 0 ? "{}" : $"{{{Entries[0].Key.Shown}: ...}}";

    /// <summary>The entry of a key, or null.</summary>
    public RecipeEntry? Find(string key) => Entries.Find(entry => entry.Key.Text == key);

    /// <summary>Sets the value of a key.</summary>
    public void Set(RecipeScalar key, RecipeNode value)
    {
        var at = Entries.FindIndex(entry => entry.Key.Text == key.Text);
        if (at < 0) Entries.Add(new(key, value));
        else Entries[at] = new(key, value);
    }
}

/// <summary>A single value.</summary>
/// <param name="Text">What was written, without quotes.</param>
/// <param name="IsQuoted">Whether quotes mark it as text, so that it is no number.</param>
/// <param name="Place">Where it begins.</param>
internal sealed record RecipeScalar(string Text, bool IsQuoted, SourceLocation Place) : RecipeNode(Place)
{
    private const int ShownLength = 60;

    /// <summary>Whether nothing was written.</summary>
    public bool IsNull => !IsQuoted && Text is "" or "~" or "null";

    public override string Kind => IsNull ? "nothing" : IsQuoted ? "a text" : "a single value";

    public override string Shown
    {
        get
        {
            var line = string.Concat(Text.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
            if (line.Length > ShownLength) line = string.Concat(line.AsSpan(0, ShownLength), "...");
            return IsQuoted ? $"\"{line}\"" : line;
        }
    }
}
