using System.Globalization;
using Etalon.Lab.Sweeps;

namespace Etalon.Workbench.Commands;

/// <summary>What a sweep found, as CSV: a row for each configuration, in the order of the table.</summary>
internal static class SweepTableCsv
{
    /// <summary>Writes the table.</summary>
    public static void Write(SweepTable table, TextWriter output)
    {
        string[] keys = [.. table.Rows[0].Configuration.Changes.Select(change => change.Key)];
        Write([.. keys, "n", "mean", "standard_deviation", "low", "high", "best", "last", "diverged", "not_finite", "missing"], output);
        foreach (var row in table.Rows)
        {
            double?[] numbers = [row.Value?.Mean, row.Value?.StandardDeviation, row.Value?.Low, row.Value?.High, row.Best?.Mean,
                row.Last?.Mean];
            string[] cells = [.. row.Configuration.Changes.Select(change => change.Value), $"{row.Scores.Count}", .. numbers.Select(Text),
                $"{row.Diverged}", $"{row.NotFinite}", $"{row.Missing}"];
            Write(cells, output);
        }
    }

    private static void Write(string[] cells, TextWriter output) => output.WriteLine(string.Join(',', cells.Select(Quoted)));

    private static string Text(double? number) => number is { } value && !double.IsNaN(value)
        ? value.ToString("R", CultureInfo.InvariantCulture) : "";

    // A list such as [16, 8] has a comma.
    private static string Quoted(string cell) =>
        cell.AsSpan().ContainsAny(",\"\n") ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell;
}
