using Etalon.Lab.Files;

namespace Etalon.Lab.ScalarLogs;

/// <summary>Rows of comma-separated cells that may be quoted, as tools export them: a header, then cells that may be empty.</summary>
internal static class QuotedRows
{
    /// <summary>The cells of the header; empty where the text has none.</summary>
    public static IReadOnlyList<string> Header(string head)
    {
        int end = head.AsSpan().IndexOfAny('\n', '\r');
        return Cells(end < 0 ? head : head[..end]);
    }

    /// <summary>
    /// The rows below the header. A row with another number of cells is left out with a warning; a torn last one without.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="log">Where warnings go.</param>
    /// <param name="columns">Cells of the header.</param>
    public static IEnumerable<(long Line, IReadOnlyList<string> Cells)> Read(string path, ScalarLog log, int columns)
    {
        long leftOut = 0, first = 0;
        using var reader = new StreamReader(LogText.Open(path));
        foreach (var row in CsvLines.Of(reader, path).Skip(1))
        {
            // A last line without its end may be cut off within a number.
            if (row.IsBlank || !row.IsWhole) continue;
            var cells = Cells(row.Line);
            if (cells.Count == columns)
            {
                yield return (row.Number, cells);
                continue;
            }
            if (leftOut++ == 0) first = row.Number;
        }
        if (leftOut > 0)
            log.Warnings.Add(
                $"{path}:{first}: {leftOut} row{(leftOut > 1 ? "s have" : " has")} another number of cells than the header, the "
                + "first of them here, and nobody knows which number is which; left out");
    }

    /// <summary>The places of the columns to read: those with a name, and of several with one name the first, which is told.</summary>
    /// <param name="path">The file.</param>
    /// <param name="header">Its header.</param>
    /// <param name="axis">The place of the steps.</param>
    /// <param name="log">Where warnings go.</param>
    public static IReadOnlyList<int> Columns(string path, IReadOnlyList<string> header, int axis, ScalarLog log)
    {
        var names = new HashSet<string>();
        var columns = new List<int>();
        for (int column = 0; column < header.Count; column++)
        {
            if (column == axis || header[column].Length == 0) continue;
            if (names.Add(header[column])) columns.Add(column);
            else log.Warnings.Add($"{path}:1: a second column is called {header[column]}; the first one counts");
        }
        return columns;
    }

    /// <summary>A step in a cell: a whole number of at least 0; null for anything else. Some tools write 100.0.</summary>
    public static long? Step(string cell) => CsvCells.Fault(cell, out double value) is null && value is >= 0 and <= 9007199254740992
        && double.IsInteger(value) ? (long)value : null;

    /// <summary>A number in a cell, NaN for one that is not finite; null for a text and an empty cell.</summary>
    public static double? Number(string cell) => cell.Length == 0 ? null
        : CsvCells.Fault(cell, out double value) is null ? value : double.NaN;

    // A quote within quotes is doubled.
    private static List<string> Cells(string line)
    {
        var cells = new List<string>();
        var cell = new System.Text.StringBuilder();
        bool isQuoted = false;
        for (int i = 0; i < line.Length; i++)
        {
            char letter = line[i];
            if (letter == '"' && isQuoted && i + 1 < line.Length && line[i + 1] == '"') cell.Append(line[++i]);
            else if (letter == '"') isQuoted = !isQuoted;
            else if (letter == ',' && !isQuoted)
            {
                cells.Add(cell.ToString().Trim());
                cell.Clear();
            }
            else cell.Append(letter);
        }
        cells.Add(cell.ToString().Trim());
        return cells;
    }
}
