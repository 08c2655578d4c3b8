using System.Net;

namespace Etalon.Lab.Charts;

/// <summary>Writes a <see cref="HeatMap"/> as SVG, with a scale of its colors at the right.</summary>
internal static class SvgHeatMap
{
    private const int Top = 44, Bottom = 50, CellHeight = 46, WidestPlot = 720, WidestCell = 110, ScaleWidth = 90, Letter = 7,
        TitleLetter = 9, Margin = 34;

    // Dark to light without a detour by hue, so that it reads in gray too (viridis at five places).
    private static readonly (double Red, double Green, double Blue)[] Scale =
        [(68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37)];

    /// <summary>Writes the picture.</summary>
    public static void Write(HeatMap map, TextWriter output)
    {
        double[] values = [.. map.Cells.Cast<HeatCell?>().Select(cell => cell?.Value ?? double.NaN).Where(double.IsFinite)];
        var (low, high) = values.Length == 0 ? (0, 1) : (values.Min(), values.Max());
        int left = Margin + 10 + Letter * map.Rows.Max(name => name.Length), cell = Math.Min(WidestCell, WidestPlot / map.Columns.Count);
        int plotWidth = cell * map.Columns.Count, plotHeight = CellHeight * map.Rows.Count;
        int width = Math.Max(left + plotWidth + ScaleWidth, left + TitleLetter * map.Title.Length), height = Top + plotHeight + Bottom;
        output.WriteLine(
            $"""<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" font-family="system-ui, 'DejaVu Sans', sans-serif" font-size="12" fill="#333">""");
        output.WriteLine($"""<rect width="{width}" height="{height}" fill="white"/>""");
        output.WriteLine($"""<text x="{left}" y="26" font-size="15" font-weight="600">{Escape(map.Title)}</text>""");
        for (int row = 0; row < map.Rows.Count; row++)
        {
            int y = Top + row * CellHeight;
            output.WriteLine($"""<text x="{left - 8}" y="{y + CellHeight / 2 + 4}" text-anchor="end">{Escape(map.Rows[row])}</text>""");
            for (int column = 0; column < map.Columns.Count; column++)
                if (map.Cells[row, column] is { } shown) WriteCell(shown, left + column * cell, y, cell, low, high, output);
        }
        for (int column = 0; column < map.Columns.Count; column++)
            output.WriteLine(
                $"""<text x="{left + column * cell + cell / 2}" y="{Top + plotHeight + 17}" text-anchor="middle">{Escape(map.Columns[column])}</text>""");
        output.WriteLine(
            $"""<text x="{left + plotWidth / 2}" y="{height - 12}" text-anchor="middle">{Escape(map.XLabel)}</text>""");
        int middle = Top + plotHeight / 2;
        output.WriteLine(
            $"""<text x="16" y="{middle}" transform="rotate(-90 16 {middle})" text-anchor="middle">{Escape(map.YLabel)}</text>""");
        WriteScale(left + plotWidth + 18, plotHeight, low, high, output);
        output.WriteLine("</svg>");
    }

    private static void WriteCell(HeatCell cell, int x, int y, int width, double low, double high, TextWriter output)
    {
        bool isShown = double.IsFinite(cell.Value);
        var color = isShown ? ColorOf(high > low ? (cell.Value - low) / (high - low) : 1) : (221, 221, 221);
        output.WriteLine($"""<rect x="{x}" y="{y}" width="{width - 1}" height="{CellHeight - 1}" fill="{Text(color)}"/>""");
        // Rec. 601's weights: what an eye takes for bright.
        bool isDark = 0.299 * color.Red + 0.587 * color.Green + 0.114 * color.Blue < 140;
        for (int i = 0; i < cell.Lines.Count; i++)
        {
            double at = y + CellHeight / 2.0 + 4 + 15 * (i - (cell.Lines.Count - 1) / 2.0);
            output.WriteLine(
                $"""<text x="{x + width / 2}" y="{at:0.#}" text-anchor="middle" fill="{(isDark ? "#fff" : "#111")}">{Escape(cell.Lines[i])}</text>""");
        }
    }

    private static void WriteScale(int x, int height, double low, double high, TextWriter output)
    {
        const int Steps = 40, Width = 14;
        for (int i = 0; i < Steps; i++)
        {
            double from = Top + height * (Steps - 1 - i) / (double)Steps;
            output.WriteLine(
                $"""<rect x="{x}" y="{from:0.##}" width="{Width}" height="{height / (double)Steps + 0.5:0.##}" fill="{Text(ColorOf(i / (Steps - 1.0)))}"/>""");
        }
        output.WriteLine($"""<text x="{x + Width + 6}" y="{Top + 10}">{high:G4}</text>""");
        output.WriteLine($"""<text x="{x + Width + 6}" y="{Top + height}">{low:G4}</text>""");
    }

    private static (double Red, double Green, double Blue) ColorOf(double share)
    {
        double at = Math.Clamp(share, 0, 1) * (Scale.Length - 1);
        int i = Math.Min((int)at, Scale.Length - 2);
        double Between(double from, double to) => from + (to - from) * (at - i);
        var (one, other) = (Scale[i], Scale[i + 1]);
        return (Between(one.Red, other.Red), Between(one.Green, other.Green), Between(one.Blue, other.Blue));
    }

    private static string Text((double Red, double Green, double Blue) color) => $"rgb({color.Red:0},{color.Green:0},{color.Blue:0})";

    private static string Escape(string text) => WebUtility.HtmlEncode(string.Concat(text.Where(c => !char.IsControl(c))));
}
