using Etalon.Lab.Charts;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Advice;

/// <summary>A recipe with the rate and the decay that were advised from measurements of it: the user's own text, with the reasons above it.
/// </summary>
internal static class MeasuredRecipe
{
    private const int Width = 100;

    /// <summary>The recipe as a file.</summary>
    /// <param name="advice">The advice.</param>
    /// <param name="source">The recipe that was measured, as it was read.</param>
    /// <param name="path">The file that it is for.</param>
    /// <exception cref="InputException">The advised numbers make no recipe.</exception>
    public static RecipeFile Of(Advice advice, ReadRecipe source, string path)
    {
        List<string> pieces = [.. AdvisedRecipe.PiecesOf(advice).Select(piece => $"{{{piece}}}")];
        string[] changes =
        [
            $"learning_rate={(pieces.Count == 1 ? pieces[0] : $"[{string.Join(", ", pieces)}]")}",
            $"weight_decay={advice.DecayText}",
        ];
        var wanted = RecipeReader.Read(source.SourceText, source.File ?? path, [.. source.Overrides, .. changes]).Recipe;
        var file = RecipeFile.Of(source, path, text => RecipeEdit.With(text, changes), wanted);
        var reasons = advice.Numbers.Where(number => number.Name is "learning_rate" or "schedule" or "warm-up" or "weight_decay")
            .SelectMany(number => WrappedText.Lines("", $"{number.Name}: {number.Reason}", Width)).Select(line => $"# {line}\n");
        return file with { Text = string.Concat(reasons) + file.Text };
    }
}
