using System.Globalization;
using Etalon.Lab.Charts;
using Etalon.Lab.Conversions;
using Etalon.Lab.Recipes;
using Etalon.Schedules;

namespace Etalon.Lab.RangeTests;

/// <summary>The recipe of a <see cref="RateRangeTest"/> with the rate that it found.</summary>
internal static class AppliedRate
{
    private const int LongestHeading = 1024;

    /// <summary>
    /// A recipe whose largest rate is another one: each piece of its rate, and of its groups' rates, times the same factor.
    /// </summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="peak">Its largest rate.</param>
    /// <param name="rate">The new one.</param>
    internal static Recipe To(Recipe recipe, double peak, double rate)
    {
        double factor = rate / peak;
        return recipe with
        {
            LearningRate = recipe.LearningRate.Scale(factor),
            Optimizer = recipe.Optimizer with
            {
                Groups = [.. recipe.Optimizer.Groups.Select(group => group with { LearningRate = group.LearningRate?.Scale(factor) })],
            },
        };
    }

    /// <summary>
    /// Refuses, before anything is trained, a recipe that could not be written with another rate: one whose tables are longer than a recipe
    /// may be.
    /// </summary>
    /// <param name="source">The recipe, as it was read.</param>
    /// <param name="path">The file to write.</param>
    /// <exception cref="InputException">It is longer.</exception>
    public static void Check(ReadRecipe source, string path)
    {
        ArgumentNullException.ThrowIfNull(source);
        int length = Of(source, path, 3e9, 1).Text.Length + LongestHeading;
        if (length > RecipeText.LargestLength)
            throw new InputException(
                $"{path}: a recipe is written with the numbers of its tables in it, {length} characters here, and the most that `train` "
                + $"reads is {RecipeText.LargestLength}; look for the rate without --apply, and give the table a factor instead: "
                + $"\"learning_rate: {{scaled: {{factor: 2, of: {{table: {{file: rates.csv}}}}}}}}\"");
    }

    /// <summary>
    /// The recipe's text, after it was read as <c>train</c> will read it, and compared: what was found is what will be trained with.
    /// </summary>
    /// <param name="test">A test that found a rate.</param>
    /// <param name="source">The recipe that was tested, as it was read.</param>
    /// <param name="path">The file that it is for, for messages.</param>
    /// <param name="read">The recipe, as <c>train</c> will read it.</param>
    /// <exception cref="InputException">The recipe with this rate has no equivalent form, where it asks for one, or is longer than a recipe
    /// may be.</exception>
    public static string Text(RateRangeTest test, ReadRecipe source, string path, out Recipe read)
    {
        ArgumentNullException.ThrowIfNull(test);
        ArgumentNullException.ThrowIfNull(source);
        double rate = test.Rate ?? throw new InvalidOperationException("the test found no rate");
        var applied = To(test.Recipe, test.Peak, rate);
        // An equivalent may exist for one rate and not for another: better said now than when the recipe is trained.
        ScheduleConversion.Of(applied);
        var file = Of(source, path, test.Peak, rate);
        string text =
            $"""
            # {test.Recipe.Name} (sha256 {test.Recipe.Hash}) with all its rates times {rate / test.Peak:G6}, so that the largest is {rate:R}:
            # the middle of {RateText.Of(test.Interval!.Value.Lower, 3)} to {RateText.Of(test.Interval.Value.Upper, 3)}, which `etalon find-lr` found usable for {(test.Curves.Count == 1 ? $"seed {test.Recipe.Seed}" : $"{test.Curves.Count} seeds from {test.Recipe.Seed} on")}.
            {(file.Reason is { } reason ? $"# Every default is written out: {reason}.\n" : "")}
            """ + file.Text;
        read = RecipeReader.Read(text, path).Recipe;
        if (Math.Abs(PeakOf(read) / rate - 1) > 1e-9)
            throw new InvalidOperationException(
                $"{path}: would be read as a recipe whose largest rate is {PeakOf(read):R} instead of {rate:R}");
        return text;
    }

    private static RecipeFile Of(ReadRecipe source, string path, double peak, double rate)
    {
        double factor = rate / peak;
        return RecipeFile.Of(source, path, text => RecipeEdit.WithRates(text, value => Text(value * factor), Text(factor)),
            To(source.Recipe, peak, rate));
    }

    /// <summary>A rate in the twelve digits to which <see cref="Schedule.Scale"/> rounds.</summary>
    private static string Text(double rate) => rate.ToString("G12", CultureInfo.InvariantCulture);

    /// <summary>The largest rate of a recipe.</summary>
    /// <param name="recipe">The recipe.</param>
    public static double PeakOf(Recipe recipe) => recipe.LearningRate.ValueAt(PeakStepOf(recipe));

    /// <summary>The first update that has it.</summary>
    internal static long PeakStepOf(Recipe recipe)
    {
        long peak = 0;
        for (long step = 1; step < recipe.TotalSteps; step++)
            if (recipe.LearningRate.ValueAt(step) > recipe.LearningRate.ValueAt(peak)) peak = step;
        return peak;
    }
}
