using System.Globalization;
using Etalon.Lab.Recipes;
using Etalon.Schedules;

namespace Etalon.Lab.Advice;

/// <summary>A recipe with the numbers of a <see cref="Transfer"/>: the user's own text with what changes changed.</summary>
internal static class TransferredRecipe
{
    // From so many updates on, a whole number of them is the same time scale.
    private const decimal ManyUpdates = 100;

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
        double rates = to.Rate / from.Rate;
        string? text = RecipeEdit.WithFiles(source.SourceText, FolderOf(source.File ?? ""), FolderOf(path));
        if (text is not null) text = RecipeEdit.With(text, ChangesOf(from, to, source));
        if (text is not null && rates != 1)
            text = RecipeEdit.WithRates(text, rate => NumberWords.OfRate(rate * rates), NumberWords.OfRate(rates));
        if (text is not null && transfer.TimesFactor != 1)
            text = RecipeEdit.WithTimesInUpdates(text, updates => Scaled(updates, transfer.TimesFactor));
        if (text is null) throw Refused(path, "its text has no place for the change", "write the advised numbers into it by hand");
        (text, var read) = OfLength(to, text, path);
        if (to.StepsPerEpoch is { } perEpoch && read.StepsPerEpoch != Math.Round(perEpoch))
            throw Refused(path, $"its data have epochs of {read.StepsPerEpoch} updates, and the advice is for {perEpoch:0}",
                "name the larger data in it by hand");
        if (!Stretches(source.Recipe, read, rates, transfer.HasOtherBudget))
            throw Refused(path,
                "times in its schedule are written in epochs or updates, and would stay where they are while the run's length "
                + "changes", "write them as parts of the run, as in 50%, or change them by hand");
        return text;
    }

    private static List<string> ChangesOf(RecipeNumbersAtPeak from, RecipeNumbersAtPeak to, ReadRecipe source)
    {
        var changes = new List<string>();
        if (to.WeightDecay != from.WeightDecay) changes.Add($"weight_decay={NumberWords.OfRate(to.WeightDecay)}");
        // AdamW and Lion have the same options but for epsilon.
        if (from.Rule.Kind != to.Rule.Kind) changes.AddRange([$"optimizer.name={to.Rule.Name}", "optimizer.epsilon=null"]);
        // Of a recipe without data its steps per epoch are what tells the batch.
        bool hasData = source.Recipe.Data is not null;
        if (to.Batch != from.Batch && hasData) changes.Add($"data.batch={to.Batch:0}");
        if (to.StepsPerEpoch != from.StepsPerEpoch && !hasData) changes.Add($"steps_per_epoch={to.StepsPerEpoch:0}");
        if (from.Rule != to.Rule) changes.AddRange([$"optimizer.beta1={Beta(to.Rule.Momentum)}", $"optimizer.beta2={Beta(to.Rule.Beta2)}"]);
        if (to.Epsilon is { } epsilon && epsilon != from.Epsilon) changes.Add($"optimizer.epsilon={NumberWords.OfRate(epsilon)}");
        return changes;
    }

    // The run's length in the unit that it was written in, where that can say it, and in updates else.
    private static (string Text, Recipe Read) OfLength(RecipeNumbersAtPeak to, string text, string path)
    {
        string? own = to.LengthUnit switch
        {
            TimeUnit.Epochs when to.StepsPerEpoch is { } perEpoch =>
                $"{(to.TotalSteps / perEpoch).ToString("0.####", CultureInfo.InvariantCulture)}ep",
            TimeUnit.Samples when to.Batch is { } batch => $"{to.TotalSteps * batch:0}sp",
            _ => null,
        };
        string?[] tried =
        [
            text, own is null ? null : RecipeEdit.With(text, "duration", own), RecipeEdit.With(text, "duration", $"{to.TotalSteps}ba"),
        ];
        InputException? refused = null;
        foreach (string candidate in tried.OfType<string>())
        {
            try
            {
                var read = RecipeReader.Read(candidate, path).Recipe;
                if (read.TotalSteps == to.TotalSteps) return (candidate, read);
            }
            catch (InputException exception)
            {
                refused = exception;
            }
        }
        // What the reader says of a text that nobody has seen is no more than a reason.
        string reason = refused is null ? $"its run would not have {to.TotalSteps} updates" : $"it would be refused: {refused.Problems[0]}";
        throw Refused(path, reason, "write the advised numbers into it by hand");
    }

    // The same rates at the same parts of the run, but for the rounding of updates; in a run of another length over the same data a warm-up
    // has its own.
    private static bool Stretches(Recipe before, Recipe after, double factor, bool hasOtherBudget)
    {
        const int Places = 40;
        double At(Recipe recipe, int place) => recipe.LearningRate.ValueAt(recipe.TotalSteps * place / Places);
        double peak = Enumerable.Range(0, Places).Max(place => At(before, place));
        int first = hasOtherBudget ? Places / 8 : 0;
        int off = Enumerable.Range(first, Places - first).Count(
            place => Math.Abs(At(after, place) / factor - At(before, place)) > 0.1 * peak);
        return off <= 2;
    }

    private static decimal Scaled(decimal updates, double factor)
    {
        decimal scaled = updates * (decimal)factor;
        return scaled >= ManyUpdates ? Math.Round(scaled, MidpointRounding.AwayFromZero)
            : FourDigits((double)scaled);
    }

    // Four digits of what a beta lacks to 1, for that is what it does.
    private static string Beta(double beta) =>
        (1 - FourDigits(1 - beta)).ToString("0.############", CultureInfo.InvariantCulture);

    private static decimal FourDigits(double value) =>
        decimal.Parse(NumberWords.OfRate(value), NumberStyles.Float, CultureInfo.InvariantCulture);

    private static string FolderOf(string path) => Path.GetDirectoryName(path) ?? "";

    private static InputException Refused(string path, string reason, string remedy) =>
        new($"{path}: the recipe cannot be written: {reason}; {remedy}");
}
