using System.Globalization;
using System.Text;

namespace Etalon.Schedules;

/// <summary>An <see cref="UpdateTable"/> as text for a person: columns as in the CSV, numbers in six digits.</summary>
internal static class UpdateTableText
{
    private const int Head = 6, Tail = 3;

    private static readonly string[] _columns = ["step", "lr", "weight_decay", "momentum", "log_lr"];

    /// <summary>The text, without a line end after its last line.</summary>
    public static string Of(UpdateTable table)
    {
        var isShort = table.Count <= Head + Tail + 1;
        var rows = new List<string[]> { _columns };
        rows.AddRange(Rows(table, 0, isShort ? table.Count : Head));
        if (!isShort) rows.AddRange(Rows(table, table.Count - Tail, table.Count));
        var widths = Enumerable.Range(0, _columns.Length).Select(column => rows.Max(row => row[column].Length)).ToArray();

        var text = new StringBuilder(Title(table));
        for (var i = 0; i < rows.Count; i++)
        {
            if (!isShort && i == Head + 1) text.Append(CultureInfo.InvariantCulture, $"\n... {table.Count - Head - Tail} more");
            text.Append('\n').Append(Line(rows[i], widths));
        }
        return text.ToString();
    }

    private static string Title(UpdateTable table) => table.Count switch
    {
        0 => $"no update, {RuleOf(table)}",
        1 => $"update {table.FirstStep}, {RuleOf(table)}",
        _ => $"updates {table.FirstStep} to {table.End - 1}, {RuleOf(table)}",
    };

    private static string RuleOf(UpdateTable table) =>
        (table.Rule.Nesterov ? "Nesterov" : "heavy ball")
        + (table.Rule.Dampening == 0 ? "" : $", dampening {table.Rule.Dampening:G6}")
        + $", {(table.Rule.Decay == DecayForm.Coupled ? "coupled" : "decoupled")} decay";

    private static IEnumerable<string[]> Rows(UpdateTable table, int begin, int end)
    {
        for (var i = begin; i < end; i++)
        {
            var step = table.FirstStep + i;
            var row = table[step];
            yield return [$"{step}", $"{row.Rate:G6}", $"{row.WeightDecay:G6}", $"{row.Momentum:G6}", $"{row.LogRate:G6}"];
        }
    }

    private static string Line(string[] cells, int[] widths) =>
        string.Join("  ", cells.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd();
}
