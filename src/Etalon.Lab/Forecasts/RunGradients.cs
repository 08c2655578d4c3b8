using Etalon.Lab.Runs;
using Etalon.Lab.Training;

namespace Etalon.Lab.Forecasts;

/// <summary>S of the groups of a run that has been trained, from what its monitors wrote.</summary>
internal static class RunGradients
{
    /// <summary>Measurements of single batches are averaged over so many mixing units.</summary>
    private const double Window = 0.1;

    /// <summary>Norms and S of a run.</summary>
    /// <param name="run">The run's folder.</param>
    /// <exception cref="InputException">The folder is no run, or its monitors wrote nothing.</exception>
    public static IReadOnlyList<GroupGradients> Of(string run)
    {
        var recipe = InvariantRecipe.Of(WrittenRecipe.Read(run).Spec);
        var rows = Measured(run);
        return [.. Groups(rows).Select(name => Of(name, rows, recipe))];
    }

    /// <summary>The lines of the monitors.</summary>
    /// <exception cref="InputException">There are none.</exception>
    public static IReadOnlyList<IReadOnlyDictionary<string, double>> Measured(string run)
    {
        var rows = MetricsFile.Read(Path.Combine(run, RunFolder.MetricsName)).Where(row => row.ContainsKey(MonitorKeys.Norm + MonitorReading.WholeGroup)).ToList();
        return rows.Count > 0 ? rows : throw new InputException($"{run}: its metrics have no norms of scale-invariant weights; train it with the monitors on (log.monitors)");
    }

    private static IEnumerable<string> Groups(IReadOnlyList<IReadOnlyDictionary<string, double>> rows) =>
        rows[0].Keys.Where(key => key.StartsWith(MonitorKeys.Norm, StringComparison.Ordinal)).Select(key => key[MonitorKeys.Norm.Length..]);

    private static GroupGradients Of(string name, IReadOnlyList<IReadOnlyDictionary<string, double>> rows, InvariantRecipe recipe)
    {
        var (times, squares) = (new List<double>(), new List<double>());
        foreach (var window in rows.GroupBy(row => Math.Floor(recipe.TimeAt((long)row["step"]) / (recipe.Units > 0 ? Window : 1))))
        {
            times.Add(window.Average(row => recipe.TimeAt((long)row["step"])));
            squares.Add(window.Average(row => Square(row, name, recipe)));
        }
        return new(name, rows[0][MonitorKeys.Norm + name], new GradientCurve(times, squares));
    }

    private static double Square(IReadOnlyDictionary<string, double> row, string name, InvariantRecipe recipe) => recipe.SquareOnSphere(
        (long)row["step"], row[MonitorKeys.Norm + name], row[MonitorKeys.GradientSquare + name], row.GetValueOrDefault(MonitorKeys.BufferDot + name));
}
