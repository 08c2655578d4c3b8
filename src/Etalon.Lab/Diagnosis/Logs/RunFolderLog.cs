using Etalon.Lab.Models;
using Etalon.Lab.Optimizers;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;

namespace Etalon.Lab.Diagnosis.Logs;

/// <summary>
/// Reads the log of a run of Etalon: what its monitors wrote into metrics.jsonl, with rate, decay and momentum from its recipe.
/// </summary>
internal static class RunFolderLog
{
    /// <summary>Reads a run's folder, also while the run is being trained.</summary>
    /// <exception cref="InputException">It is no run, or its monitors wrote nothing.</exception>
    public static RunLog Read(string folder)
    {
        // A run that trains an equivalent of its recipe is measured in the recipe's own terms.
        var recipe = ResolvedRecipe.Read(folder).Recipe with { Equivalent = null };
        if (recipe.Optimizer is not SgdSpec)
            throw new InputException(
                $"{folder}: trains with {recipe.Optimizer.Name}; the laws that a run is diagnosed by are those of SGD, with and without "
                + $"momentum");
        var rows = MonitorRows.Read(folder);
        long[] steps = rows.Steps;
        return new RunLog
        {
            Source = RunFolder.NameOf(folder),
            Rule = recipe.ToSchedule().Rule,
            IsRuleLogged = true,
            Steps = steps,
            Rate = [.. steps.Select(recipe.LearningRate.ValueAt).Select(LogColumns.Counted)],
            WeightDecay = [.. steps.Select(recipe.WeightDecay.ValueAt).Select(LogColumns.Counted)],
            Momentum = [.. steps.Select(recipe.Momentum.ValueAt)],
            Groups = [.. rows.Groups.Select(name => Group(name, steps, rows.Column, new ParameterGroups(recipe)))],
            PlannedSteps = recipe.TotalSteps,
            Warnings = rows.Stride > 1
                ? [$"{folder}: its monitors wrote more than {MetricsTable.MostCells:N0} numbers; one row in {rows.Stride} is used"] : [],
        };
    }

    private static LogGroup Group(string name, long[] steps, Func<string, double[]> column, ParameterGroups numbers)
    {
        int own = numbers.Of(ParameterClass.ScaleInvariant);
        return LogGroup.Of(name, column, [.. steps.Select(step => LogColumns.Counted(numbers.At(step)[own].Rate))],
            [.. steps.Select(step => LogColumns.Counted(numbers.At(step)[own].WeightDecay))],
            [.. steps.Select(step => numbers.At(step)[own].Momentum)]);
    }
}
