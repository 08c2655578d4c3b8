namespace Etalon.Workbench.Commands;

/// <summary>Rows of cells with columns below each other.</summary>
internal static class TextTable
{
    /// <summary>The lines: the first column begins at the left, the others end at their right edges.</summary>
    /// <param name="rows">At least one, all with as many cells.</param>
    public static IEnumerable<string> Aligned(IReadOnlyList<string[]> rows)
    {
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        return rows.Select(row => string.Join("  ",
            row.Select((cell, column) => column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))).TrimEnd());
    }
}
