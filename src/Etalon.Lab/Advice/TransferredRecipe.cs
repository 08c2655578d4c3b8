using System.Globalization;
using Etalon.Lab.Recipes;
using Etalon.Schedules;

namespace Etalon.Lab.Advice;

/// <summary>A recipe with the numbers of a <see cref="Transfer"/>: the user's own text with what changes changed.</summary>
internal static class TransferredRecipe
{
    /// <summary>The text.</summary>
    /// <param name="transfer">The changes.</param>
    /// <param name="source">The recipe, as it was read.</param>
    /// <param name="path">The file that it is for, for messages.</param>
    /// <exception cref="InputException">The text has no place for a change, or its run would have another length than the transfer says.
    /// </exception>
    public static string TextOf(Transfer transfer, ReadRecipe source, string path)
    {
        var (from, to) = (transfer.From, transfer.To);
        if (source.Recipe.WeightDecay is not Constant || source.Recipe.Optimizer.Groups.Any(group => group.WeightDecay is not null))
            throw Refused(path, "its weight decay is no single number", "write the advised decay into it by hand");
        if (from.Rule.IsCoupled != to.Rule.IsCoupled)
            throw Refused(path, "another optimizer has other options", "write the advised numbers into a recipe of its own");
        var changes = new List<string>();
        if (to.WeightDecay != from.WeightDecay) changes.Add($"weight_decay={Text(to.WeightDecay)}");
        // AdamW and Lion have the same options but for epsilon.
        if (from.Rule.Kind != to.Rule.Kind) changes.AddRange([$"optimizer.name={to.Rule.Name}", "optimizer.epsilon=null"]);
        // Of a recipe without data its steps per epoch are what tells the batch.
        bool hasData = source.Recipe.Data is not null,
            hasEpochs = hasData || source.SourceText.Contains("steps_per_epoch", StringComparison.Ordinal);
        if (to.Batch != from.Batch && hasData) changes.Add($"data.batch={to.Batch:0}");
        if (to.StepsPerEpoch != from.StepsPerEpoch && !hasData && hasEpochs) changes.Add($"steps_per_epoch={to.StepsPerEpoch:0}");
        if (from.Rule != to.Rule) changes.AddRange([$"optimizer.beta1={Text(to.Rule.Momentum)}", $"optimizer.beta2={Text(to.Rule.Beta2)}"]);
        if (to.Epsilon is { } epsilon && epsilon != from.Epsilon) changes.Add($"optimizer.epsilon={Text(epsilon)}");
        double epochs = to.TotalSteps / to.StepsPerEpoch;
        if (Math.Abs(epochs / (from.TotalSteps / from.StepsPerEpoch) - 1) > 1e-6) changes.Add($"duration={Text(epochs)}ep");
        double rates = to.Rate / from.Rate;
        string? text = RecipeEdit.With(source.SourceText, changes);
        if (text is not null && rates != 1)
            text = RecipeEdit.WithRates(text, rate => Text(rate * rates), Text(rates));
        if (text is null) throw Refused(path, "its text has no place for the change", "write the advised numbers into it by hand");
        var read = RecipeReader.Read(text, path).Recipe;
        if (hasEpochs && read.StepsPerEpoch != Math.Round(to.StepsPerEpoch))
            throw Refused(path, $"its data have epochs of {read.StepsPerEpoch} updates, and the advice is for {to.StepsPerEpoch:0}",
                "name the larger data in it by hand");
        if (read.TotalSteps != to.TotalSteps && RecipeEdit.With(text, "duration", $"{to.TotalSteps}ba") is { } exact)
            (text, read) = (exact, RecipeReader.Read(exact, path).Recipe);
        if (!Stretches(source.Recipe.LearningRate, read.LearningRate, source.Recipe.TotalSteps, read.TotalSteps, rates))
            throw Refused(path,
                "times in its schedule are written in epochs or updates, and would stay where they are while the run's length "
                + "changes", "write them as parts of the run, as in 50%, or change them by hand");
        return text;
    }

    // The same rates at the same parts of the run, but for the rounding of updates and a warm-up, whose length is its own.
    private static bool Stretches(Schedule before, Schedule after, long steps, long newSteps, double factor)
    {
        const int Places = 40;
        double peak = Enumerable.Range(0, Places).Max(i => before.ValueAt(steps * i / Places));
        int off = Enumerable.Range(Places / 8, Places - Places / 8).Count(
            i => Math.Abs(after.ValueAt(newSteps * i / Places) / factor - before.ValueAt(steps * i / Places)) > 0.1 * peak);
        return off <= 2;
    }

    private static InputException Refused(string path, string reason, string remedy) =>
        new($"{path}: the recipe cannot be written: {reason}; {remedy}");

    private static string Text(double value) => value.ToString("G4", CultureInfo.InvariantCulture);
}
