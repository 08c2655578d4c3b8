namespace Etalon.Workbench.Terminals;

/// <summary>Rows of cells with columns below each other.</summary>
internal static class TextTable
{
    /// <summary>The lines; columns are as wide as their widest cell.</summary>
    /// <param name="rows">At least one, all with as many cells.</param>
    /// <param name="left">The column that begins at the left, -1 for none; the others end at their right edges.</param>
    public static IEnumerable<string> Aligned(IReadOnlyList<string[]> rows, int left = 0)
    {
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        return rows.Select(row => string.Join("  ",
            row.Select((cell, column) => column == left ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))).TrimEnd());
    }
}
