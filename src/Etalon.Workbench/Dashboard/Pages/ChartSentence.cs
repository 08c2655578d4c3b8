using Etalon.Lab.Charts;

namespace Etalon.Workbench.Dashboard;

/// <summary>What a chart shows, in one sentence: for who does not see it, and for who wonders what to see.</summary>
internal static class ChartSentence
{
    private const int MostNamed = 3;

    /// <summary>The sentence, of the first field's lines.</summary>
    public static string Of(Chart chart)
    {
        if (chart.Panels.Count == 0) return "There is nothing to draw yet.";
        var panel = chart.Panels[0];
        var lines = panel.Lines.Where(line => !line.OnRight && line.Y.Any(double.IsFinite)).ToList();
        if (lines.Count == 0) return $"There is no {panel.Label} to draw yet.";
        var told = lines.Take(MostNamed).Select((line, i) => $"{NameOf(line, i, chart)}{Course(line)}").ToList();
        string more = lines.Count > MostNamed ? $"; and {lines.Count - MostNamed} more lines" : "";
        return $"{Capital(panel.Label)} over {chart.XLabel}{(told.Count == 1 ? " " : ": ")}{string.Join("; ", told)}{more}.";
    }

    private static string NameOf(ChartLine line, int place, Chart chart)
    {
        string name = line.Name.Length > 0 ? line.Name : place < chart.Legend.Count ? chart.Legend[place] : "";
        return name.Length == 0 || name == chart.Panels[0].Label ? "" : $"{name} ";
    }

    private static string Course(ChartLine line)
    {
        double[] values = [.. line.Y.Where(double.IsFinite)];
        var (first, last, low, high) = (values[0], values[^1], values.Min(), values.Max());
        if (low == high) return $"stays at {Text(first)}";
        string way = last > first ? "rises" : last < first ? "falls" : "goes";
        string turn = high > Math.Max(first, last) ? $" by way of {Text(high)}" : low < Math.Min(first, last) ? $" by way of {Text(low)}"
            : "";
        return $"{way} from {Text(first)} to {Text(last)}{turn}";
    }

    private static string Text(double value) => Axis.Label(double.Parse($"{value:G4}", System.Globalization.CultureInfo.InvariantCulture));

    private static string Capital(string text) => text.Length == 0 ? text : $"{char.ToUpperInvariant(text[0])}{text[1..]}";
}
