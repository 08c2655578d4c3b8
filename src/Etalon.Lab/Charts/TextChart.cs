using System.Text;

namespace Etalon.Lab.Charts;

/// <summary>Draws lines with characters: Braille dots for one line, a letter each for several.</summary>
internal static class TextChart
{
    private const int LabelWidth = 9;

    /// <summary>The chart as lines of text.</summary>
    /// <param name="lines">The lines; all read on one axis, which is logarithmic when they span more than two decades.</param>
    /// <param name="width">Columns, axis included; at least 30.</param>
    /// <param name="height">Rows of the field, at least 2.</param>
    public static IReadOnlyList<string> Draw(IReadOnlyList<ChartLine> lines, int width, int height)
    {
        var columns = Math.Max(20, width - LabelWidth - 2);
        var yAxis = Axis.For([.. lines.SelectMany(line => line.Y)]);
        var xAxis = Axis.Exactly(lines.Min(line => line.X[0]), lines.Max(line => line.X[^1]));
        var field = lines.Count == 1 ? Dots(lines[0], xAxis, yAxis, columns, height) : Letters(lines, xAxis, yAxis, columns, height);

        var text = new List<string>();
        var labels = RowLabels(yAxis, height);
        for (var row = 0; row < height; row++)
            text.Add($"{labels[row],LabelWidth} {(labels[row].Length > 0 ? '┤' : '│')}{new string(field[row]).TrimEnd()}");
        text.Add($"{new string(' ', LabelWidth)} └{new string('─', columns)}");
        text.Add(XLabels(xAxis, columns));
        return text;
    }

    /// <summary>The letter that draws line <paramref name="index"/> among several.</summary>
    public static char LetterOf(int index) => (char)('a' + index % 26);

    /// <summary>What draws several lines, to stand behind the chart's title; empty for one, which dots draw.</summary>
    public static string Key(IReadOnlyList<ChartLine> lines) => lines.Count == 1 ? ""
        : $": {string.Join(", ", lines.Select((line, i) => $"{LetterOf(i)} is {line.Name}"))}, * is several";

    private static char[][] Dots(ChartLine line, Axis xAxis, Axis yAxis, int columns, int height)
    {
        // A Braille character is 2 dots wide and 4 high; bit order by the Unicode block at U+2800.
        int[,] bits = { { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } };
        var field = Blank(columns, height);
        foreach (var (x, low, high) in Spans(line, xAxis, yAxis, columns * 2, height * 4))
        {
            for (var y = low; y <= high; y++)
            {
                ref var cell = ref field[height - 1 - y / 4][x / 2];
                cell = (char)((cell == ' ' ? 0x2800 : cell) | bits[3 - y % 4, x % 2]);
            }
        }
        return field;
    }

    private static char[][] Letters(IReadOnlyList<ChartLine> lines, Axis xAxis, Axis yAxis, int columns, int height)
    {
        var field = Blank(columns, height);
        for (var i = 0; i < lines.Count; i++)
        {
            foreach (var (x, low, high) in Spans(lines[i], xAxis, yAxis, columns, height))
            {
                for (var y = low; y <= high; y++)
                {
                    ref var cell = ref field[height - 1 - y][x];
                    cell = cell == ' ' ? LetterOf(i) : '*';
                }
            }
        }
        return field;
    }

    private static char[][] Blank(int columns, int height) =>
        [.. Enumerable.Range(0, height).Select(_ => new string(' ', columns).ToCharArray())];

    // For each column of the field, which rows the line covers there; rows count from the bottom. A line that jumps from one column
    // to the next is joined in the later one.
    private static IEnumerable<(int X, int Low, int High)> Spans(ChartLine line, Axis xAxis, Axis yAxis, int columns, int rows)
    {
        var spans = new (int Low, int High)[columns];
        Array.Fill(spans, (int.MaxValue, int.MinValue));
        var last = new int[columns];
        for (var i = 0; i < line.X.Count; i++)
        {
            var y = yAxis.At(line.Y[i]);
            if (!double.IsFinite(y) || y < -1e-9) continue;
            var column = Math.Clamp((int)(xAxis.At(line.X[i]) * columns), 0, columns - 1);
            var row = Math.Clamp((int)(y * (rows - 1) + 0.5), 0, rows - 1);
            spans[column] = (Math.Min(spans[column].Low, row), Math.Max(spans[column].High, row));
            last[column] = row;
        }
        int? before = null;
        for (var x = 0; x < columns; x++)
        {
            if (spans[x].Low > spans[x].High) continue;
            var (low, high) = spans[x];
            if (before is { } from)
            {
                if (from < low - 1) low = from + 1;
                if (from > high + 1) high = from - 1;
            }
            before = last[x];
            yield return (x, low, high);
        }
    }

    private static string[] RowLabels(Axis axis, int height)
    {
        var labels = new string[height];
        Array.Fill(labels, "");
        foreach (var tick in axis.Ticks(Math.Max(2, height / 3)))
            labels[Math.Clamp(height - 1 - (int)(axis.At(tick) * (height - 1) + 0.5), 0, height - 1)] = Axis.Label(tick);
        return labels;
    }

    private static string XLabels(Axis axis, int columns)
    {
        var row = new StringBuilder(new string(' ', columns + LabelWidth + 2 + 12));
        foreach (var tick in axis.Ticks(Math.Max(2, columns / 14)))
        {
            var label = Axis.Label(tick);
            var at = LabelWidth + 2 + Math.Min((int)(axis.At(tick) * columns), columns - 1) - label.Length / 2;
            for (var i = 0; i < label.Length; i++) row[at + i] = label[i];
        }
        return row.ToString().TrimEnd();
    }
}
