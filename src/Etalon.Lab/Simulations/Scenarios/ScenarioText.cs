using System.Globalization;
using Etalon.Lab.Charts;

namespace Etalon.Lab.Simulations.Scenarios;

/// <summary>What a scenario showed, as text and as a table of its curves.</summary>
internal static class ScenarioText
{
    private const int ChartHeight = 14;

    // 2, 11, 11, 10, 8, 7 and "DIFFERS" with gaps of two.
    private const int WidthOfNumbers = 66;

    /// <summary>Setting, findings, curves, meaning.</summary>
    /// <param name="report">What it showed.</param>
    /// <param name="width">Columns of the screen.</param>
    public static IEnumerable<string> Lines(ScenarioReport report, int width)
    {
        ArgumentNullException.ThrowIfNull(report);
        return
        [
            .. report.Setting.SelectMany(line => Setting(line, width)), "",
            .. Table(report.Findings, width), "",
            .. Verdict(report.Findings, width), "",
            .. Charts(report.Chart, width), "",
            .. WrappedText.Lines("", report.Meaning, width),
        ];
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

    // The word in front keeps a column of its own.
    private static IEnumerable<string> Setting(string line, int width)
    {
        int gap = line.IndexOf("  ", StringComparison.Ordinal), text = gap < 0 ? 0 : line.Length - line.AsSpan(gap).TrimStart(' ').Length;
        return WrappedText.Lines(line[..text], line[text..], width);
    }

    private static IEnumerable<string> Table(IReadOnlyList<Finding> findings, int width)
    {
        int quantity = findings.Max(finding => finding.Quantity.Length) + 2;
        bool isWide = width >= quantity + WidthOfNumbers;
        if (isWide)
            yield return $"{"".PadRight(quantity)}  {"predicted",11}  {"measured",11}  {"std. error",10}  {"off by",8}  {"allowed",7}";
        string before = "";
        foreach (var finding in findings)
        {
            if (finding.Case != before)
                foreach (string line in WrappedText.Lines("", finding.Case, width)) yield return line;
            before = finding.Case;
            foreach (string line in isWide ? [Row(finding, quantity)] : WrappedText.Lines("  ", InWords(finding), width, 4))
                yield return line;
        }
    }

    private static string Row(Finding finding, int quantity) =>
        $"  {finding.Quantity.PadRight(quantity)}{Number(finding.Predicted),11}  {Number(finding.Measured.Value),11}"
        + $"  {Small(finding.Measured.StandardError),10}  {Small(finding.Measured.Value - finding.Predicted),8}  "
        + $"{Small(finding.Allowed),7}{(finding.Holds ? "" : "  DIFFERS")}";

    private static string InWords(Finding finding) =>
        $"{finding.Quantity}: predicted {Number(finding.Predicted)}, measured {Number(finding.Measured.Value)}"
        + $" ± {Small(finding.Measured.StandardError)}, off by {Small(finding.Measured.Value - finding.Predicted)}, "
        + $"allowed {Small(finding.Allowed)}{(finding.Holds ? "" : ", DIFFERS")}";

    private static IEnumerable<string> Verdict(IReadOnlyList<Finding> findings, int width)
    {
        int off = findings.Count(finding => !finding.Holds);
        return WrappedText.Lines("", off == 0
            ? $"HOLDS: all {findings.Count} measurements agree with the theory"
            : $"DIFFERS: {off} of {findings.Count} measurements do not agree with the theory", width);
    }

    private static IEnumerable<string> Charts(Chart chart, int width)
    {
        foreach (var panel in chart.Panels)
        {
            if (panel != chart.Panels[0]) yield return "";
            foreach (string line in WrappedText.Lines("", $"{panel.Label} by {chart.XLabel}", width, 2)) yield return line;
            if (panel.Lines.Count > 1)
            {
                for (int i = 0; i < panel.Lines.Count; i++)
                    foreach (string line in WrappedText.Lines($"  {TextChart.LetterOf(i)} ", panel.Lines[i].Name, width))
                        yield return line;
                yield return "  * several of them";
            }
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
