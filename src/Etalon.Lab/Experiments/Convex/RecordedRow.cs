using System.Globalization;

namespace Etalon.Lab.Experiments.Convex;

/// <summary>Recorded figures of a rule.</summary>
/// <param name="Rule">Its name in the table.</param>
/// <param name="Initial">Each b_0 (or b_0 / L) of which there are figures.</param>
/// <param name="Figures">For each of them one figure, or one for each time.</param>
internal sealed record RecordedRow(string Rule, IReadOnlyList<double> Initial, IReadOnlyList<IReadOnlyList<double>> Figures)
{
    /// <summary>Compares those figures whose b_0 the measured table has.</summary>
    /// <param name="table">What was measured.</param>
    /// <param name="statement">What is expected.</param>
    /// <param name="agrees">Whether the recorded figures of a b_0 and the measured ones agree.</param>
    public ExperimentCheck Compare(RobustnessTable table, string statement, Func<IReadOnlyList<double>, IReadOnlyList<double>, bool> agrees)
    {
        var measured = table[Rule].Cells;
        var columns = Enumerable.Range(0, Initial.Count).Where(i => table.Initial.Contains(Initial[i])).ToList();
        var off = columns.Where(i => !agrees(Figures[i], measured[table.Initial.ToList().IndexOf(Initial[i])])).ToList();
        return new($"{Rule}: {statement}", columns.Count > 0 && off.Count == 0, $"{columns.Count - off.Count} of {columns.Count}{(off.Count > 0 ? $"; not at {string.Join(", ", off.Select(i => Initial[i].ToString("G", CultureInfo.InvariantCulture)))}" : "")}");
    }
}
