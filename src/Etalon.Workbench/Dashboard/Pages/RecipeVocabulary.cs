using Etalon.Lab;
using Etalon.Lab.Recipes;

namespace Etalon.Workbench.Dashboard;

/// <summary>The words that could stand where a recipe is being written, and what a text from a browser may not have.</summary>
internal static class RecipeVocabulary
{
    /// <summary>
    /// What could stand at a place, as the recipe's own reader tells it: each word with what to write for it, and how many characters
    /// before that text's end the cursor goes. Null where nothing can be listed.
    /// </summary>
    public static object? At(string text, int place)
    {
        if (RecipeCompletion.At(text, place) is not { } found) return null;
        return new
        {
            found.Begin,
            found.End,
            Kind = found.Candidates.Kind.ToString().ToLowerInvariant(),
            Items = found.Candidates.Words.Select(word => ItemOf(word, found)),
        };
    }

    private static object ItemOf(string word, RecipeCompletion found)
    {
        var (written, back) = (found.Candidates.Kind, found.HasColon) switch
        {
            (CandidateKind.Value, _) or (_, true) => (word, 0),
            (CandidateKind.Key, _) => ($"{word}: ", 0),
            // A piece is a map of its own: beside a key it needs braces around it.
            (CandidateKind.Piece, _) when found.IsAlone => ($"{word}: {{}}", 1),
            _ => found.IsFlow && !found.HasColon ? ($"{word}: {{}}", 1) : ($"{{{word}: {{}}}}", 2),
        };
        string? detail = found.Candidates.Kind == CandidateKind.Piece && PieceTable.ByName.TryGetValue(word, out var piece)
            ? string.Join(", ", piece.Parameters.Select(parameter => parameter.Key)) : null;
        return new { Word = word, Written = written, Back = back, Detail = detail };
    }

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
