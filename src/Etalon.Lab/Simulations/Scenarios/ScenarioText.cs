using System.Globalization;
using Etalon.Lab.Charts;

namespace Etalon.Lab.Simulations.Scenarios;

/// <summary>What a scenario showed, as text and as a table of its curves.</summary>
internal static class ScenarioText
{
    private const int ChartHeight = 14;

    /// <summary>Setting, findings, curves, meaning.</summary>
    /// <param name="report">What it showed.</param>
    /// <param name="width">Columns of the chart.</param>
    public static IEnumerable<string> Lines(ScenarioReport report, int width)
    {
        ArgumentNullException.ThrowIfNull(report);
        return [.. report.Setting, "", .. Table(report.Findings), "", .. Charts(report.Chart, width), "",
            .. WrappedText.Lines("", report.Meaning, width)];
    }

    /// <summary>The curves of a chart in long form: <c>panel,curve,x,value</c>, a row a point.</summary>
    public static void WriteCsv(Chart chart, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(chart);
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteLine($"panel,curve,{Quote(chart.XLabel)},value");
        foreach (var panel in chart.Panels)
            foreach (var line in panel.Lines)
                for (int i = 0; i < line.X.Count; i++)
                    writer.WriteLine($"{Quote(panel.Label)},{Quote(line.Name)},{line.X[i]:R},{line.Y[i]:R}");
    }

    private static IEnumerable<string> Table(IReadOnlyList<Finding> findings)
    {
        int width = findings.Max(finding => finding.Quantity.Length) + 2;
        yield return $"{"".PadRight(width)}  {"predicted",11}  {"measured",11}  {"std. error",10}  {"off by",8}  {"allowed",7}";
        string before = "";
        foreach (var finding in findings)
        {
            if (finding.Case != before) yield return finding.Case;
            before = finding.Case;
            yield return $"  {finding.Quantity.PadRight(width)}{Number(finding.Predicted),11}  {Number(finding.Measured.Value),11}"
                + $"  {Small(finding.Measured.StandardError),10}  {Small(finding.Measured.Value - finding.Predicted),8}  "
                + $"{Small(finding.Allowed),7}{(finding.Holds ? "" : "  DIFFERS")}";
        }
        int off = findings.Count(finding => !finding.Holds);
        yield return "";
        yield return off == 0
            ? $"HOLDS: all {findings.Count} measurements agree with the theory"
            : $"DIFFERS: {off} of {findings.Count} measurements do not agree with the theory";
    }

    private static IEnumerable<string> Charts(Chart chart, int width)
    {
        foreach (var panel in chart.Panels)
        {
            if (panel != chart.Panels[0]) yield return "";
            yield return $"{panel.Label} by {chart.XLabel}";
            if (panel.Lines.Count > 1)
                for (int i = 0; i < panel.Lines.Count; i++) yield return $"  {TextChart.LetterOf(i)} {panel.Lines[i].Name}";
            foreach (string line in TextChart.Draw(panel.Lines, width, ChartHeight)) yield return line;
        }
    }

    private static string Number(double value) =>
        Math.Abs(value) is 0 or (>= 1e-3 and < 1e6)
            ? value.ToString("G6", CultureInfo.InvariantCulture) : value.ToString("0.####e0", CultureInfo.InvariantCulture);

    private static string Small(double value) => value == 0 ? "0" : value.ToString("0.0e0", CultureInfo.InvariantCulture);

    private static string Quote(string text) =>
        text.AsSpan().ContainsAny(',', '"', '\n') ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
