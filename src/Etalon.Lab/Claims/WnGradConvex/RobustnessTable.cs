namespace Etalon.Lab.Claims.WnGradConvex;

/// <summary>Measurements for each rule (rows) and each b_0 (columns).</summary>
/// <param name="Title">What was measured.</param>
/// <param name="Initial">The b_0 of the columns.</param>
/// <param name="Rows">The rules with their cells, one a column.</param>
internal sealed record RobustnessTable(string Title, IReadOnlyList<double> Initial, IReadOnlyList<RobustnessRow> Rows)
{
    /// <summary>The row of a rule.</summary>
    public RobustnessRow this[string rule] => Rows.First(row => row.Rule == rule);

    /// <summary>Runs the cells of a table side by side.</summary>
    internal static RobustnessTable Of(string title, IReadOnlyList<double> initial, IReadOnlyList<StepRule> rules, int threads,
        Func<StepRule, double, IReadOnlyList<double>> cell, CancellationToken cancellation)
    {
        var cells = new IReadOnlyList<double>[rules.Count][];
        for (int row = 0; row < rules.Count; row++) cells[row] = new IReadOnlyList<double>[initial.Count];
        Parallel.For(0, rules.Count * initial.Count,
            new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation }, i =>
            cells[i / initial.Count][i % initial.Count] = cell(rules[i / initial.Count], initial[i % initial.Count]));
        return new(title, initial, [.. rules.Select((rule, row) => new RobustnessRow(rule.Name, cells[row]))]);
    }
}

/// <summary>A rule's measurements.</summary>
/// <param name="Rule">Its name.</param>
/// <param name="Cells">One list a column: for example a number for each seed, or for each time. Not a number where the run diverged,
/// infinite where it did not end in time, negative infinity where it ended far from the minimum.</param>
internal sealed record RobustnessRow(string Rule, IReadOnlyList<IReadOnlyList<double>> Cells);
