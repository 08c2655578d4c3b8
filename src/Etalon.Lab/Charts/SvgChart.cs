using System.Net;

namespace Etalon.Lab.Charts;

/// <summary>Writes a <see cref="Chart"/> as SVG: no script, no font but the reader's own.</summary>
internal static class SvgChart
{
    // In pixels: less than one sees.
    private const double Tolerance = 0.1;

    private const int Width = 860;
    private const int Left = 76;
    private const int Right = 76;
    private const int Gap = 26;
    private const int PlotWidth = Width - Left - Right;

    // From one cross to the next where several lines have one at the same place.
    private const int CrossStep = 9;

    // Okabe and Ito's colors but for the yellow, told apart by nearly all eyes. Where there are more lines, the colors come again, dashed.
    private static readonly string[] Palette = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#222222"];

    /// <summary>Writes the picture.</summary>
    public static void Write(Chart chart, TextWriter output)
    {
        var legend = LegendPlaces(chart.Legend);
        var top = legend.Count > 0 ? legend[^1].Y + 20 : 44;
        var height = top + chart.Panels.Sum(panel => panel.Height + Gap) + 26;
        output.WriteLine(
            $"""<svg xmlns="http://www.w3.org/2000/svg" width="{Width}" height="{height}" viewBox="0 0 {Width} {height}" font-family="system-ui, 'DejaVu Sans', sans-serif" font-size="12" fill="#333">""");
        output.WriteLine($"""<rect width="{Width}" height="{height}" fill="white"/>""");
        output.WriteLine($"""<text x="{Left}" y="26" font-size="15" font-weight="600">{Escape(chart.Title)}</text>""");
        for (var i = 0; i < legend.Count; i++) WriteLegend(chart.Legend[i], legend[i], i, output);

        var xs = chart.Panels.SelectMany(panel => panel.Lines).Where(line => line.X.Count > 0).ToArray();
        Func<double, double, Axis> axis = chart.IsXLogarithmic ? Axis.Logarithmic : Axis.Exactly;
        var xAxis = xs.Length == 0 ? Axis.Exactly(0, 1) : axis(xs.Min(line => line.X[0]), xs.Max(line => line.X[^1]));
        foreach (var panel in chart.Panels)
        {
            WritePanel(panel, xAxis, chart.Marks, top, isLast: ReferenceEquals(panel, chart.Panels[^1]), output);
            top += panel.Height + Gap;
        }
        output.WriteLine($"""<text x="{Left + PlotWidth / 2}" y="{height - 12}" text-anchor="middle">{Escape(chart.XLabel)}</text>""");
        output.WriteLine("</svg>");
    }

    // In rows: about seven pixels a letter; a legend that is a little too wide is better than one that overlaps.
    private static List<(int X, int Y)> LegendPlaces(IReadOnlyList<string> names)
    {
        var places = new List<(int X, int Y)>();
        var (x, y) = (Left, 46);
        foreach (var name in names)
        {
            var width = 26 + 7 * name.Length;
            if (x > Left && x + width > Width) (x, y) = (Left, y + 20);
            places.Add((x, y));
            x += width + 24;
        }
        return places;
    }

    private static void WriteLegend(string name, (int X, int Y) at, int color, TextWriter output)
    {
        output.WriteLine(
            $"""<line x1="{at.X}" y1="{at.Y}" x2="{at.X + 20}" y2="{at.Y}" stroke="{ColorOf(color)}" stroke-width="2.5"{Dash(IsRepeated(color))}/>""");
        output.WriteLine($"""<text x="{at.X + 26}" y="{at.Y + 4}">{Escape(name)}</text>""");
    }

    private static void WritePanel(ChartPanel panel, Axis xAxis, IReadOnlyList<(double From, double To)> marks, int top, bool isLast,
        TextWriter output)
    {
        var bottom = top + panel.Height;
        double[] values = [.. panel.Lines.Where(line => !line.OnRight).SelectMany(line => line.Y)];
        values = [.. values, .. BandEnds(panel.Lines, values)];
        var leftAxis = panel.IsLogarithmic ? Axis.LogarithmicFor(values) : Axis.For(values);
        var tickCount = Math.Max(3, panel.Height / 45);

        foreach (var (from, to) in marks)
            output.WriteLine(
                $"""<rect x="{X(xAxis, from):0.#}" y="{top}" width="{Math.Max(1, X(xAxis, to) - X(xAxis, from)):0.#}" height="{panel.Height}" fill="#f6d5c5" fill-opacity="0.6"/>""");
        output.WriteLine("""<g stroke="#e4e4e4" stroke-width="1">""");
        foreach (var tick in leftAxis.Ticks(tickCount)) output.WriteLine(Horizontal(Y(leftAxis, tick, top, panel.Height)));
        foreach (var tick in xAxis.Ticks(8)) output.WriteLine(Vertical(X(xAxis, tick), top, bottom));
        output.WriteLine("</g>");
        output.WriteLine($"""<rect x="{Left}" y="{top}" width="{PlotWidth}" height="{panel.Height}" fill="none" stroke="#999"/>""");

        WriteVerticalAxis(leftAxis, panel.Label, tickCount, top, panel.Height, atRight: false, output);
        foreach (var tick in xAxis.Ticks(8).Where(_ => isLast))
            output.WriteLine($"""<text x="{X(xAxis, tick):0.#}" y="{bottom + 17}" text-anchor="middle">{Axis.Label(tick)}</text>""");
        foreach (var line in panel.Lines.Where(line => line.Band.Count > 0))
            WriteBand(line, xAxis, leftAxis, top, panel.Height, output);
        foreach (var line in panel.Lines.Where(line => !line.OnRight))
            WriteLine(line, xAxis, leftAxis, top, panel.Height, output);
        WriteCrosses(panel.Lines, xAxis, bottom, output);

        if (panel.RightLabel is not { } label) return;
        var rightAxis = Axis.For([.. panel.Lines.Where(line => line.OnRight).SelectMany(line => line.Y)]);
        WriteVerticalAxis(rightAxis, label, tickCount, top, panel.Height, atRight: true, output);
        foreach (var line in panel.Lines.Where(line => line.OnRight))
            WriteLine(line, xAxis, rightAxis, top, panel.Height, output);
    }

    private static void WriteVerticalAxis(Axis axis, string label, int tickCount, int top, int height, bool atRight, TextWriter output)
    {
        var (x, anchor) = atRight ? (Left + PlotWidth + 8, "start") : (Left - 8, "end");
        foreach (var tick in axis.Ticks(tickCount))
            output.WriteLine(
                $"""<text x="{x}" y="{Y(axis, tick, top, height) + 4:0.#}" text-anchor="{anchor}">{Axis.Label(tick)}</text>""");
        var (labelX, turn) = atRight ? (Width - 12, 90) : (16, -90);
        var middle = top + height / 2;
        output.WriteLine(
            $"""<text x="{labelX}" y="{middle}" transform="rotate({turn} {labelX} {middle})" text-anchor="middle">{Escape(label)}</text>""");
    }

    private static void WriteLine(ChartLine line, Axis xAxis, Axis yAxis, int top, int height, TextWriter output)
    {
        var dash = Dash(line.OnRight || IsRepeated(line.Color));
        output.Write(
            $"""<path fill="none" stroke="{ColorOf(line.Color)}" stroke-width="{(line.IsThin ? 1 : 2)}" stroke-linejoin="round"{dash} d=" """);
        foreach (var piece in Visible(line, xAxis, yAxis, top, height))
        {
            var command = 'M';
            foreach (var (x, y) in Polyline.Thin(piece, Tolerance))
            {
                output.Write($"{command}{x:0.##} {y:0.##} ");
                command = 'L';
            }
        }
        output.WriteLine("\"/>");
    }

    // A band of two seeds may be far wider than all lines lie apart, and would press them together.
    private static IEnumerable<double> BandEnds(IReadOnlyList<ChartLine> lines, double[] values)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        if (finite.Length == 0) return [];
        double room = Math.Max((finite.Max() - finite.Min()) / 4, 0.05 * finite.Max(Math.Abs));
        return lines.SelectMany(line => line.Band).SelectMany(band => (double[])[band.Low, band.High])
            .Where(end => end >= finite.Min() - room && end <= finite.Max() + room);
    }

    // There and back again; what reaches beyond the axis ends at its edge.
    private static void WriteBand(ChartLine line, Axis xAxis, Axis yAxis, int top, int height, TextWriter output)
    {
        double Inside(double value) => Y(yAxis, Math.Clamp(value, yAxis.Low, yAxis.High), top, height);
        var places = Enumerable.Range(0, line.X.Count)
            .Where(i => double.IsFinite(line.Band[i].Low) && double.IsFinite(line.Band[i].High)).ToList();
        if (places.Count < 2) return;
        var there = places.Select(i => (X: X(xAxis, line.X[i]), Y: Inside(line.Band[i].High)));
        var back = places.AsEnumerable().Reverse().Select(i => (X: X(xAxis, line.X[i]), Y: Inside(line.Band[i].Low)));
        string points = string.Join(' ', there.Concat(back).Select(point => $"{point.X:0.##},{point.Y:0.##}"));
        output.WriteLine($"""<polygon fill="{ColorOf(line.Color)}" fill-opacity="0.15" points="{points}"/>""");
    }

    private static void WriteCrosses(IReadOnlyList<ChartLine> lines, Axis xAxis, int bottom, TextWriter output)
    {
        var taken = new Dictionary<double, int>();
        foreach (var line in lines)
            foreach (var at in line.Crosses)
            {
                var below = taken.GetValueOrDefault(at);
                taken[at] = below + 1;
                var (x, y) = (X(xAxis, at), bottom - 7 - CrossStep * below);
                output.WriteLine(
                    $"""<path fill="none" stroke="{ColorOf(line.Color)}" stroke-width="2" d="M{x - 3:0.##} {y - 3} l6 6 m0 -6 l-6 6"/>""");
            }
    }

    // A little past the frame at most: what a logarithmic axis cuts off runs out of the picture instead of along its edge.
    private static List<List<(double X, double Y)>> Visible(ChartLine line, Axis xAxis, Axis yAxis, int top, int height)
    {
        var pieces = new List<List<(double X, double Y)>>();
        var isDrawing = false;
        for (var i = 0; i < line.X.Count; i++)
        {
            var y = Y(yAxis, line.Y[i], top, height);
            var isVisible = double.IsFinite(y) && y <= top + height + 1 && y >= top - 1;
            if (isVisible && !isDrawing) pieces.Add([]);
            if (isVisible) pieces[^1].Add((X(xAxis, line.X[i]), y));
            isDrawing = isVisible;
        }
        return pieces;
    }

    private static double X(Axis axis, double value) => Left + axis.At(value) * PlotWidth;

    private static double Y(Axis axis, double value, int top, int height) => top + (1 - axis.At(value)) * height;

    private static string Horizontal(double y) => $"""<line x1="{Left}" y1="{y:0.#}" x2="{Left + PlotWidth}" y2="{y:0.#}"/>""";

    private static string Vertical(double x, int top, int bottom) => $"""<line x1="{x:0.#}" y1="{top}" x2="{x:0.#}" y2="{bottom}"/>""";

    private static bool IsRepeated(int color) => color >= Palette.Length;

    private static string Dash(bool isDashed) => isDashed ? " stroke-dasharray=\"6 4\"" : "";

    private static string ColorOf(int index) => Palette[index % Palette.Length];

    private static string Escape(string text) => WebUtility.HtmlEncode(string.Concat(text.Where(c => !char.IsControl(c))));
}
