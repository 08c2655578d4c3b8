namespace Etalon.Lab.Recipes;

/// <summary>
/// A recipe that is written for a person: the text it was read from with only what was asked for changed, checked to be read back as
/// intended. Where the text cannot be changed so, the canonical recipe, and the reason.
/// </summary>
internal sealed record RecipeFile
{
    // Rates that were scaled in the text are rounded to twelve digits.
    private const double RateTolerance = 1e-10;
    private const long MostStepsCompared = 100_000;

    /// <summary>The text.</summary>
    public required string Text { get; init; }

    /// <summary>Why it has every default written out; null where it is the user's own text.</summary>
    public string? Reason { get; init; }

    /// <summary>The recipe as it is read from the text.</summary>
    public required Recipe Recipe { get; init; }

    /// <summary>Changes the text of a recipe.</summary>
    /// <param name="source">Where the recipe came from: its text and its overrides.</param>
    /// <param name="path">The file to write.</param>
    /// <param name="edit">The change; null where the text has no place for it.</param>
    /// <param name="wanted">What must be read from it; a recipe that has no name of its own is named after its file.</param>
    public static RecipeFile Of(ReadRecipe source, string path, Func<string, string?> edit, Recipe wanted)
    {
        var text = RecipeEdit.With(source.SourceText, source.Overrides);
        if (text is not null) text = RecipeEdit.WithFiles(text, FolderOf(source.File ?? ""), FolderOf(path));
        if (text is not null) text = edit(text);
        if (text is null) return Canonical(wanted, path, "its text has no place for the change");
        try
        {
            var read = RecipeReader.Read(text, path).Recipe;
            return IsSame(read, wanted)
                ? new() { Text = text.EndsWith('\n') ? text : text + "\n", Recipe = read }
                : Canonical(wanted, path, "its text, changed in place, would be read as another recipe");
        }
        catch (InputException exception)
        {
            return Canonical(wanted, path, $"its text, changed in place, would be refused: {exception.Problems[0]}");
        }
    }

    private static RecipeFile Canonical(Recipe wanted, string path, string reason)
    {
        var text = RecipeWriter.ToOwnYaml(wanted);
        return new() { Text = text, Reason = reason, Recipe = RecipeReader.ReadWritten(text, path, []).Recipe };
    }

    private static string FolderOf(string path) => Path.GetDirectoryName(path) ?? "";

    private static bool IsSame(Recipe read, Recipe wanted)
    {
        var named = wanted with { Name = read.Name };
        if (named.Hash == read.Hash) return true;
        return read.TotalSteps == wanted.TotalSteps
            && WithoutRates(named).Hash == WithoutRates(read).Hash
            && AreClose(read.LearningRate, wanted.LearningRate, read.TotalSteps)
            && read.Optimizer.Groups.Zip(wanted.Optimizer.Groups)
            .All(pair => pair.First.LearningRate is null == pair.Second.LearningRate is null
                && (pair.First.LearningRate is null || AreClose(pair.First.LearningRate, pair.Second.LearningRate!, read.TotalSteps)));
    }

    private static Recipe WithoutRates(Recipe recipe) => recipe with
    {
        LearningRate = new Schedules.Constant(0),
        Optimizer = recipe.Optimizer with { Groups = [.. recipe.Optimizer.Groups.Select(group => group with { LearningRate = null })] },
    };

    private static bool AreClose(Schedules.Schedule a, Schedules.Schedule b, long steps)
    {
        var stride = steps / MostStepsCompared + 1;
        for (long step = 0; step < steps; step += stride)
            if (!(Math.Abs(a.ValueAt(step) - b.ValueAt(step)) <= RateTolerance * Math.Abs(b.ValueAt(step)))) return false;
        return true;
    }
}
