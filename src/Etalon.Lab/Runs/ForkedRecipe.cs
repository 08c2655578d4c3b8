using Etalon.Lab.Recipes;
using Etalon.Schedules;

namespace Etalon.Lab.Runs;

/// <summary>
/// The recipe of a fork: the parent's as the user wrote it, with what was asked for changed. Where the duration is changed, schedules keep
/// their lengths: what lasted to the end of the parent gets its length written out.
/// </summary>
internal static class ForkedRecipe
{
    /// <summary>The recipe, with the text that the fork keeps.</summary>
    /// <param name="run">The parent's folder.</param>
    /// <param name="written">The parent's resolved recipe.</param>
    /// <param name="overrides">"key=value", what the new recipe has instead.</param>
    /// <param name="notes">Takes why the fork's recipe is not the user's text.</param>
    /// <exception cref="InputException">The changed recipe has problems.</exception>
    public static ReadRecipe Of(string run, ResolvedRecipe written, IReadOnlyList<string> overrides, List<string> notes)
    {
        // A recipe without a name has that of its file; messages name the file that is there.
        var source = Path.Combine(run, $"{written.Recipe.Name}.yaml");
        string Named(string message) =>
            message.Replace($"{source}:", $"{Path.Combine(run, RunFolder.RecipeName)}:", StringComparison.Ordinal);
        try
        {
            var read = Changed(run, source, written, overrides, notes);
            return read with { Warnings = [.. read.Warnings.Select(Named)] };
        }
        catch (InputException exception)
        {
            throw new InputException([.. exception.Problems.Select(Named)]);
        }
    }

    private static ReadRecipe Changed(
        string run, string source, ResolvedRecipe written, IReadOnlyList<string> overrides, List<string> notes)
    {
        if (OwnText(run, source, written) is not { } text)
        {
            notes.Add(
                $"{RunFolder.RecipeName} of the fork has every default written out: that of {run} is gone, was edited, or names a file "
                + $"that is not beside it");
            text = RecipeWriter.ToOwnYaml(written.Recipe);
            return RecipeReader.ReadWritten(text, source, overrides);
        }
        if (overrides.Any(change => change.Split('=')[0].Trim() == "duration")) text = WithLengths(text, source, written.Recipe);
        var whole = RecipeReader.Read(text, source, overrides);
        var edited = RecipeEdit.With(text, overrides);
        return edited is not null && TryRead(edited, source) is { } read && read.Recipe.Hash == whole.Recipe.Hash
            ? read with { Warnings = whole.Warnings } : whole;
    }

    private static string? OwnText(string run, string source, ResolvedRecipe written)
    {
        var path = Path.Combine(run, RunFolder.RecipeName);
        if (!File.Exists(path) || new FileInfo(path).Length > RecipeText.LargestLength) return null;
        var text = RecipeEdit.With(RunFile.Text(path), written.Overrides);
        return text is not null && TryRead(text, source) is { } read && read.Recipe.Hash == written.Recipe.Hash ? text : null;
    }

    private static string WithLengths(string text, string source, Recipe parent)
    {
        foreach (var (key, schedule) in SchedulesOf(parent))
        {
            if (Keeps(text, source, key, schedule, parent)) continue;
            var canonical = RecipeEdit.With(text, key, FlowYaml.Inline(ScheduleWriter.Write(schedule, 0)));
            text = new[] { WithLength(text, key, schedule, parent), canonical }.FirstOrDefault(
                tried => tried is not null && Keeps(tried, source, key, schedule, parent)) ?? text;
        }
        return text;
    }

    private static string? WithLength(string text, string key, Schedule schedule, Recipe parent)
    {
        var steps = parent.TotalSteps - (schedule is Sequence sequence ? sequence.Begins[^1] : 0);
        var length = steps % parent.StepsPerEpoch == 0 ? $"{steps / parent.StepsPerEpoch}ep" : $"{steps}ba";
        return RecipeEdit.PieceAt(text, key) is { } piece ? RecipeEdit.With(text, $"{piece}.for", length) : null;
    }

    // Whether a schedule is the same in a run of another length.
    private static bool Keeps(string text, string source, string key, Schedule schedule, Recipe parent) =>
        TryRead(text, source, $"duration={2 * parent.TotalSteps + 1}ba") is { } longer
        && SchedulesOf(longer.Recipe).FirstOrDefault(each => each.Key == key).Schedule is { } now
        && (now == schedule || now is Constant { Value: var value } && schedule is Constant { Value: var was } && value == was);

    private static IEnumerable<(string Key, Schedule Schedule)> SchedulesOf(Recipe recipe)
    {
        yield return (ScheduledQuantity.LearningRate.Key, recipe.LearningRate);
        yield return (ScheduledQuantity.WeightDecay.Key, recipe.WeightDecay);
        yield return (ScheduledQuantity.Momentum.Key, recipe.Momentum);
        if (recipe.Equivalent?.WeightDecay is { } wanted) yield return ("equivalent.weight_decay", wanted);
        foreach (var group in recipe.Optimizer.Groups)
        {
            var key = $"optimizer.groups.{RecipeWords.Of(group.Parameters)}";
            if (group.LearningRate is { } rate) yield return ($"{key}.{ScheduledQuantity.LearningRate.Key}", rate);
            if (group.WeightDecay is { } decay) yield return ($"{key}.{ScheduledQuantity.WeightDecay.Key}", decay);
            if (group.Momentum is { } momentum) yield return ($"{key}.{ScheduledQuantity.Momentum.Key}", momentum);
        }
    }

    private static ReadRecipe? TryRead(string text, string source, params string[] overrides)
    {
        try
        {
            return RecipeReader.Read(text, source, overrides);
        }
        catch (InputException)
        {
            return null;
        }
    }
}
