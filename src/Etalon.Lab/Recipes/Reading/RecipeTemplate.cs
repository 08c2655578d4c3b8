namespace Etalon.Lab.Recipes;

/// <summary>A recipe's text, parsed once and read with one set of overrides after another.</summary>
internal sealed class RecipeTemplate
{
    private readonly string _text, _source;
    private readonly RecipeMap _nodes;

    private RecipeTemplate(string text, string source, RecipeMap nodes) => (_text, _source, _nodes) = (text, source, nodes);

    /// <summary>Parses a text.</summary>
    /// <inheritdoc cref="RecipeReader.Read(string, string, IReadOnlyList{string})"/>
    public static RecipeTemplate Of(string text, string source, int longest = RecipeText.LargestLength)
    {
        var problems = new RecipeProblems();
        var root = RecipeText.Parse(text, source, problems, longest);
        if (root is not null and not RecipeMap)
            problems.Add(root.Place, $"a recipe is a set of keys, as in \"duration: 10ep\", not {root.Kind}");
        problems.ThrowIfAny();
        return new RecipeTemplate(text, source, (RecipeMap)root!);
    }

    /// <summary>The recipe with overrides.</summary>
    /// <param name="overrides">"key=value" with dotted keys, in order; a later one wins.</param>
    /// <exception cref="InputException">The recipe has problems.</exception>
    public ReadRecipe With(IReadOnlyList<string> overrides) => With(overrides, new RecipeWarnings());

    /// <summary>The recipe with overrides; of warnings there are only those that cost nothing to find.</summary>
    /// <inheritdoc cref="With(IReadOnlyList{string})"/>
    public ReadRecipe OneOfManyWith(IReadOnlyList<string> overrides) => With(overrides, new RecipeWarnings { AreWanted = false });

    private ReadRecipe With(IReadOnlyList<string> overrides, RecipeWarnings warnings)
    {
        var nodes = (RecipeMap)Copy(_nodes);
        var problems = new RecipeProblems();
        Overrides.Apply(nodes, overrides, problems);
        return RecipeReader.Read(nodes, problems, warnings, _text, _source, overrides);
    }

    // Overrides change the nodes.
    private static RecipeNode Copy(RecipeNode node) => node switch
    {
        RecipeMap map => map with { Entries = map.Entries.ConvertAll(entry => entry with { Value = Copy(entry.Value) }) },
        RecipeList list => list with { Items = list.Items.ConvertAll(Copy) },
        _ => node,
    };
}
