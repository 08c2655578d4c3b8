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
        var recipe = InvariantSchedule.Of(ResolvedRecipe.Read(run).Recipe);
        var rows = Measured(run);
        if (rows.Steps[^1] >= recipe.Table.Count)
            throw new InputException(
                $"{run}: its metrics go on to update {rows.Steps[^1] + 1}, and its recipe has {recipe.Table.Count}; was "
                + $"{RunFolder.MetricsName} edited? Restore it or remove the line");
        return [.. Groups(rows).Select(name => Of(name, rows, recipe)).OfType<GroupGradients>()];
    }

    /// <summary>The rows of the monitors.</summary>
    /// <exception cref="InputException">There are none.</exception>
    public static MetricsTable Measured(string run)
    {
        var rows = MetricsTable.Read(Path.Combine(run, RunFolder.MetricsName), IsNeeded);
        return rows.Column(MonitorKeys.Norm + MonitorReading.WholeGroup, IsPossible).Any(IsPossible)
            ? rows
            : throw new InputException(
            $"{run}: its metrics have no norms of scale-invariant weights; train it with the monitors on (log.monitors)");
    }

    /// <summary>The norms of a group where they were measured.</summary>
    public static IEnumerable<(long Step, double Norm)> Norms(MetricsTable rows, string group) =>
        rows.Steps.Zip(rows.Column(MonitorKeys.Norm + group, IsPossible)).Where(row => IsPossible(row.Second));

    private static IEnumerable<string> Groups(MetricsTable rows) =>
        rows.Names.Where(name => name.StartsWith(MonitorKeys.Norm, StringComparison.Ordinal))
            .Select(name => name[MonitorKeys.Norm.Length..]);

    private static bool IsNeeded(string name) => name.StartsWith(MonitorKeys.Norm, StringComparison.Ordinal)
        || name.StartsWith(MonitorKeys.GradientSquare, StringComparison.Ordinal)
        || name.StartsWith(MonitorKeys.BufferDot, StringComparison.Ordinal);

    private static bool IsPossible(double value) => double.IsFinite(value);

    private static GroupGradients? Of(string name, MetricsTable rows, InvariantSchedule recipe)
    {
        double[] norms = rows.Column(MonitorKeys.Norm + name, IsPossible),
            gradients = rows.Column(MonitorKeys.GradientSquare + name, IsPossible);
        double[] buffers = rows.Column(MonitorKeys.BufferDot + name, IsPossible);
        var measured = Enumerable.Range(0, norms.Length).Where(row => IsPossible(norms[row]) && IsPossible(gradients[row])).ToList();
        if (measured.Count == 0) return null;
        double TimeOf(int row) => recipe.TimeAt(rows.Steps[row]);
        var (times, squares) = (new List<double>(), new List<double>());
        foreach (var window in measured.GroupBy(row => Math.Floor(TimeOf(row) / (recipe.Units > 0 ? Window : 1))))
        {
            times.Add(window.Average(TimeOf));
            squares.Add(
                window.Average(
                    row => recipe.SquareOnSphere(rows.Steps[row], norms[row], gradients[row],
                        IsPossible(buffers[row]) ? buffers[row] : 0)));
        }
        return new(name, norms[measured[0]], new GradientCurve(times, squares));
    }
}

/// <summary>What is known of a group of scale-invariant weights before a run.</summary>
/// <param name="Name">The group, as the monitors call it.</param>
/// <param name="Norm">Its norm at the start; null where nobody knows, and the run is taken to start at equilibrium.</param>
/// <param name="Gradients">Its S.</param>
internal sealed record GroupGradients(string Name, double? Norm, GradientCurve Gradients);
