using System.Net;
using Etalon.Lab.Charts;
using Etalon.Lab.Sweeps;

namespace Etalon.Workbench.Commands;

/// <summary>What a sweep found, as a page of its own: pictures, tables and words, without script, and nothing beside the file.</summary>
internal static class SweepReport
{
    private const string Style = """
        body { font: 15px/1.5 system-ui, "DejaVu Sans", sans-serif; max-width: 900px; margin: 24px auto; padding: 0 16px; color: #16202b; }
        table { border-collapse: collapse; font-size: 0.9em; margin: 8px 0 16px; }
        th, td { padding: 4px 10px; border-bottom: 1px solid #d5dbe2; text-align: right; font-variant-numeric: tabular-nums; }
        caption { text-align: left; color: #546371; } svg { max-width: 100%; height: auto; } .scroll { overflow-x: auto; }
        """;

    /// <summary>Writes the page.</summary>
    public static void Write(Sweep sweep, SweepFolder folder, SweepTable table, TextWriter output)
    {
        output.WriteLine(
            $"<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            + $"<meta name=\"viewport\" content=\"width=device-width\">\n<title>{Text(sweep.Name)}</title>\n<style>\n{Style}\n</style>\n"
            + $"</head>\n<body>\n<h1>{Text(sweep.Name)}</h1>");
        output.WriteLine($"<p>{Text(SweepSentence.Of(sweep, table))}</p>\n<p>{Text(SweepText.Counts(folder))}</p>");
        WritePictures(sweep, table, output);
        WriteTable(sweep, table, output);
        WriteComparisons(table, output);
        output.WriteLine("</body>\n</html>");
    }

    private static void WritePictures(Sweep sweep, SweepTable table, TextWriter output)
    {
        string[] keys = SweepChart.KeysOf(table);
        if (keys.Length == 2) SvgHeatMap.Write(SweepChart.OfTwoKeys(sweep, table, keys), output);
        if (keys.Length == 1 && SweepChart.IsNumeric(table, keys[0])) SvgChart.Write(SweepChart.AgainstKey(sweep, table, keys[0]), output);
        if (table.Rows.Any(row => row.Scores.Count > 0)) SvgChart.Write(SweepChart.Curves(sweep, table), output);
    }

    private static void WriteTable(Sweep sweep, SweepTable table, TextWriter output)
    {
        output.WriteLine($"<div class=\"scroll\"><table>\n<caption>{Text(SweepTableText.Words(sweep.Metric))}</caption>");
        output.WriteLine($"<thead>{Row("th", SweepTableText.Header(table))}</thead>\n<tbody>");
        for (int i = 0; i < table.Rows.Count; i++) output.WriteLine(Row("td", SweepTableText.Cells(table.Rows[i], i + 1)));
        output.WriteLine("</tbody>\n</table></div>");
    }

    private static void WriteComparisons(SweepTable table, TextWriter output)
    {
        if (table.Comparisons.Count == 0) return;
        output.WriteLine("<p>Row 1 less the others, seed by seed (paired t test, p corrected by Holm for all of them):</p>\n<ul>");
        foreach (var comparison in table.Comparisons.Take(SweepTableText.MostComparisons))
            output.WriteLine(
                $"<li>{Text(SweepTableText.Sentence(comparison, SweepTableText.RowOf(comparison.Other, table)).Trim())}</li>");
        output.WriteLine("</ul>");
    }

    private static string Row(string cell, string[] texts) =>
        $"<tr>{string.Concat(texts.Select(text => $"<{cell}>{Text(text)}</{cell}>"))}</tr>";

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
