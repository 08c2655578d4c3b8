using Etalon.Lab;
using Etalon.Lab.Recipes;

namespace Etalon.Workbench.Dashboard;

/// <summary>The words of a recipe, and what a text from a browser may not have.</summary>
internal static class RecipeVocabulary
{
    private static readonly string[] Keys =
    [
        "name", "seed", "duration", "steps_per_epoch", "data", "model", "optimizer", "learning_rate", "weight_decay", "momentum",
        "equivalent", "auto_decay", "loss", "precision", "log", "checkpoint", "set", "batch", "augment", "drop_last", "norm", "affine",
        "head", "width", "nesterov", "dampening", "decay", "form", "for", "from", "to", "at", "start", "factor", "every", "peak", "period",
        "growth", "power", "inclusive", "shape",
    ];

    /// <summary>Keys and pieces, in the alphabet's order.</summary>
    public static IReadOnlyList<string> Words { get; } = [.. Keys.Concat(PieceTable.ByName.Keys).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Refuses a table in a file: a text from a browser names no file of this machine.</summary>
    /// <exception cref="InputException">It names one.</exception>
    public static void RefuseFiles(string text, string source)
    {
        var problems = new RecipeProblems();
        // What is no recipe is told by who reads it as one.
        if (RecipeText.Parse(text, source, problems, RecipeText.LargestLength) is { } root && !problems.Any) Refuse(root, problems);
        else return;
        problems.ThrowIfAny();
    }

    private static void Refuse(RecipeNode node, RecipeProblems problems)
    {
        switch (node)
        {
            case RecipeList list:
                foreach (var item in list.Items) Refuse(item, problems);
                break;
            case RecipeMap map:
                foreach (var entry in map.Entries)
                {
                    if (entry.Key.Text == "table" && entry.Value is RecipeMap table && table.Find("file") is { } file)
                        problems.Add(file.Key.Place, "file: no file is read from this page; write values, or use etalon plan");
                    Refuse(entry.Value, problems);
                }
                break;
            default: break;
        }
    }
}
