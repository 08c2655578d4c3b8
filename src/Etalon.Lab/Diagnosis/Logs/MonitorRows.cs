using Etalon.Lab.Runs;

namespace Etalon.Lab.Diagnosis.Logs;

/// <summary>What the monitors of a run of Etalon wrote into its metrics: a row for each update that was measured.</summary>
internal sealed class MonitorRows
{
    private readonly MetricsTable _table;

    private MonitorRows(MetricsTable table)
    {
        _table = table;
        Groups = [.. table.Names.Select(LogColumns.GroupOf).OfType<string>().Distinct()];
    }

    /// <summary>The 0-based update of each row, ascending.</summary>
    public long[] Steps => _table.Steps;

    /// <summary>Of how many rows one is kept: more than 1 where there are more than memory should hold.</summary>
    public long Stride => _table.Stride;

    /// <summary>The names of the groups, in the order of their first columns.</summary>
    public IReadOnlyList<string> Groups { get; }

    /// <summary>Reads a run's metrics, also while it is being trained.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="mostCells">How many numbers to keep.</param>
    /// <exception cref="InputException">The monitors wrote nothing.</exception>
    public static MonitorRows Read(string folder, int mostCells = MetricsTable.MostCells)
    {
        var table = MetricsTable.Read(Path.Combine(folder, RunFolder.MetricsName), IsMeasured, mostCells);
        if (table.Steps.Length == 0)
            throw new InputException(
                $"{folder}: its metrics have no norms of weights yet; train it with monitors, as `log: {{monitors: 20ba}}` in the recipe "
                + $"says, for more updates");
        return new(table);
    }

    /// <summary>The numbers of a column by its name, such as norm/conv1.weight; NaN where a row has none, or one that cannot be.</summary>
    public double[] Column(string name) => _table.Column(name, value => LogColumns.Fault(name, value) is null);

    private static bool IsMeasured(string name) =>
        LogColumns.GroupOf(name) is not null || name.StartsWith(MonitorKeys.EffectiveRate, StringComparison.Ordinal);
}
