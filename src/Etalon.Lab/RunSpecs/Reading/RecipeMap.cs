namespace Etalon.Lab.RunSpecs.Reading;

/// <summary>Keys with values, in the order of the text.</summary>
/// <param name="Entries">The entries; every key once.</param>
/// <param name="Place">Where it begins.</param>
internal sealed record RecipeMap(List<RecipeEntry> Entries, Place Place) : RecipeNode(Place)
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
