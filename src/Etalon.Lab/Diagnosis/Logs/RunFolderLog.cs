using Etalon.Lab.Data;
using Etalon.Lab.Models;
using Etalon.Lab.Optimizers;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Lab.Training;

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
        if (!Covers(recipe.Optimizer))
            throw new InputException(
                $"{folder}: trains with {recipe.Optimizer.Name}; the laws that a run is diagnosed by are those of SGD, AdamW, Lion, "
                + "Signum and Muon");
        var rows = MonitorRows.Read(folder);
        long[] steps = rows.Steps;
        var (optimizer, beta2) = recipe.Optimizer switch
        {
            AdamSpec { Options.Beta2: var squares } => ("AdamW", squares),
            LionSpec { Options.Beta2: var mean } => ("Lion", mean),
            SignumSpec => ("Signum", double.NaN),
            MuonSpec => ("Muon", double.NaN),
            _ => (null, double.NaN),
        };
        var (elements, matrixRows) = optimizer is null ? ([], []) : Elements(recipe);
        var momentum = recipe.ToSchedule().Momentum;
        return new RunLog
        {
            Source = RunFolder.NameOf(folder),
            Rule = recipe.ToSchedule().Rule,
            IsRuleLogged = true,
            Optimizer = optimizer,
            LooksAhead = recipe.Optimizer is MuonSpec { Options.IsNesterov: true },
            Beta2 = double.IsNaN(beta2) ? [] : [.. steps.Select(_ => beta2)],
            Steps = steps,
            Rate = [.. steps.Select(recipe.LearningRate.ValueAt).Select(LogColumns.Counted)],
            WeightDecay = [.. steps.Select(recipe.WeightDecay.ValueAt).Select(LogColumns.Counted)],
            Momentum = [.. steps.Select(momentum.ValueAt)],
            Groups =
            [
                .. from name in rows.Groups
                   let sgd = Group(name, steps, rows.Column, new ParameterGroups(recipe))
                   select optimizer is null ? sgd : sgd with
                   {
                       Momentum = [.. steps.Select(momentum.ValueAt)],
                       Elements = [.. steps.Select(_ => elements.GetValueOrDefault(name, double.NaN))],
                       MatrixRows = [.. steps.Select(_ => matrixRows.GetValueOrDefault(name, double.NaN))],
                   },
            ],
            PlannedSteps = recipe.TotalSteps,
            Warnings = rows.Stride > 1
                ? [$"{folder}: its monitors wrote more than {MetricsTable.MostCells:N0} numbers; one row in {rows.Stride} is used"] : [],
        };
    }

    /// <summary>Whether the laws of a rule are known here and its runs are read.</summary>
    public static bool Covers(OptimizerSpec optimizer) => optimizer is SgdSpec || optimizer.HasDirection;

    // How many numbers each group of the monitors is, and how many outputs the matrix has that is a group by itself.
    private static (Dictionary<string, double> Elements, Dictionary<string, double> MatrixRows) Elements(Recipe recipe)
    {
        if (recipe is not { Model: { } model, Data: { } data }) return ([], []);
        var layers = Model.Describe(model, data.Image, DataCatalog.Find(data.Set).ClassCount, recipe.Loss.Make());
        var lengths = layers.SelectMany(layer => layer.TrainedTensors).DistinctBy(tensor => tensor.Name)
            .ToDictionary(tensor => tensor.Name, tensor => (double)tensor.Length);
        var groups = ParameterClasses.Of(layers).Groups;
        var names = new MonitorReading(groups).Groups;
        var elements = groups.Select((group, i) => (names[i], group.Sum(name => lengths[name])))
            .ToDictionary(pair => pair.Item1, pair => pair.Item2);
        elements[MonitorReading.WholeGroup] = elements.Values.Sum();
        var outputs = layers.SelectMany(layer => layer.TrainedTensors).DistinctBy(tensor => tensor.Name)
            .ToDictionary(tensor => tensor.Name, tensor => (double)tensor.Shape[^1]);
        return (elements, groups.Index().Where(group => group.Item.Count == 1)
            .ToDictionary(group => names[group.Index], group => outputs[group.Item[0]]));
    }

    private static LogGroup Group(string name, long[] steps, Func<string, double[]> column, ParameterGroups numbers)
    {
        int own = numbers.Of(ParameterClass.ScaleInvariant);
        return LogGroup.Of(name, column, [.. steps.Select(step => LogColumns.Counted(numbers.At(step)[own].Rate))],
            [.. steps.Select(step => LogColumns.Counted(numbers.At(step)[own].WeightDecay))],
            [.. steps.Select(step => numbers.At(step)[own].Momentum)]);
    }
}
