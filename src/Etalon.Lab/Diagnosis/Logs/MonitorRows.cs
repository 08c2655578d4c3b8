using Etalon.Lab.Runs;

namespace Etalon.Lab.Diagnosis.Logs;

/// <summary>What the monitors of a run of Etalon wrote into its metrics: a row for each update that was measured.</summary>
internal sealed class MonitorRows
{
    private readonly IReadOnlyList<IGrouping<long, IReadOnlyDictionary<string, double>>> _rows;

    private MonitorRows(IReadOnlyList<IGrouping<long, IReadOnlyDictionary<string, double>>> rows)
    {
        _rows = rows;
        Steps = [.. rows.Select(row => row.Key)];
        Groups = [.. rows.SelectMany(row => row).SelectMany(line => line.Keys).Select(LogColumns.GroupOf).OfType<string>().Distinct()];
    }

    /// <summary>The 0-based update of each row, ascending.</summary>
    public long[] Steps { get; }

    /// <summary>The names of the groups, in the order of their first columns.</summary>
    public IReadOnlyList<string> Groups { get; }

    /// <summary>Reads a run's metrics, also while it is being trained.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <exception cref="InputException">The monitors wrote nothing.</exception>
    public static MonitorRows Read(string folder)
    {
        var rows = MetricsFile.Read(Path.Combine(folder, RunFolder.MetricsName))
            .Where(line => line.ContainsKey(LogColumns.Step) && line.Keys.Any(key => LogColumns.GroupOf(key) is not null))
            .GroupBy(line => (long)line[LogColumns.Step]).OrderBy(lines => lines.Key).ToList();
        if (rows.Count == 0) throw new InputException($"{folder}: its metrics have no norms of weights yet; train it with monitors, as `log: {{monitors: 20ba}}` in the recipe says, for more updates");
        return new(rows);
    }

    /// <summary>The numbers of a column by its name, such as norm/conv1.weight; NaN where a row has none, or one that cannot be.</summary>
    public double[] Column(string name) =>
        [.. _rows.Select(lines => lines.Select(line => line.GetValueOrDefault(name, double.NaN)).FirstOrDefault(value => LogColumns.Fault(name, value) is null, double.NaN))];
}
