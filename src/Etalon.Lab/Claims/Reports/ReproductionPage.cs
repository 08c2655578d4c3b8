using System.Net;
using Etalon.Lab.Charts;
using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.Reports;

/// <summary>
/// A <see cref="ReproductionReport"/> as one HTML file: no script, nothing from elsewhere, light and dark as the reader's machine is, a
/// page for each claim where it is printed.
/// </summary>
internal static class ReproductionPage
{
    private const string Style = """
        :root { color-scheme: light dark; --ink: #222; --paper: #fff; --line: #ccc; --soft: #f3f3f0; --link: #0057a8;
          --holds: #00664a; --part: #7a5200; --fails: #a8320a; --open: #555; }
        @media screen and (prefers-color-scheme: dark) { :root { --ink: #ddd; --paper: #161616; --line: #444; --soft: #222;
          --link: #7db8ee; --holds: #4fc79b; --part: #e5b04a; --fails: #f08a5d; --open: #aaa; }
          svg { filter: invert(1) hue-rotate(180deg); } }
        body { font: 15px/1.5 system-ui, "DejaVu Sans", sans-serif; color: var(--ink); background: var(--paper);
          max-width: 62rem; margin: 0 auto; padding: 1rem; }
        h1 { font-size: 1.7rem; } h2 { font-size: 1.3rem; margin-top: 3rem; border-top: 1px solid var(--line); padding-top: 1rem; }
        h3, h4 { font-size: 1.05rem; margin-top: 1.6rem; }
        a { color: var(--link); }
        table { border-collapse: collapse; } .table { overflow-x: auto; margin: 1rem 0; }
        th, td { border: 1px solid var(--line); padding: 0.25rem 0.5rem; text-align: left; vertical-align: top; font-size: 0.9rem; }
        th { background: var(--soft); } .verdicts td:nth-child(3) { white-space: nowrap; font-weight: 600; }
        code, pre { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 0.88rem; }
        pre { background: var(--soft); padding: 0.6rem; overflow-x: auto; }
        svg { max-width: 100%; height: auto; }
        .holds { color: var(--holds); } .part { color: var(--part); } .fails { color: var(--fails); } .open { color: var(--open); }
        details { margin: 0.6rem 0; font-size: 0.9rem; overflow-wrap: anywhere; }
        @media print { body { max-width: none; padding: 0; font-size: 10pt; } h2 { break-before: page; border: 0; margin-top: 0; }
          tr, svg, pre { break-inside: avoid; } .table { overflow: visible; } pre { white-space: pre-wrap; } }
        """;

    /// <summary>Writes the page.</summary>
    public static void Write(ReproductionReport report, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(output);
        string scale = ScaleWords.Of(report.Scale);
        output.WriteLine("<!DOCTYPE html>");
        output.WriteLine("<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">");
        output.WriteLine($"<title>The papers' claims, {scale} scale</title>");
        output.WriteLine($"<style>\n{Style}\n</style></head><body>");
        output.WriteLine($"<h1>The papers’ claims, {scale} scale</h1>");
        output.WriteLine($"<p>{report.Results.Count} claims: {report.Totals}.</p>");
        WriteVerdicts(report, output);
        WritePapers(report, output);
        output.WriteLine("<h3>Circumstances</h3><ul>");
        foreach (string line in report.Circumstances) output.WriteLine($"<li>{MarkdownHtml.Inline(line)}</li>");
        output.WriteLine("</ul>");
        foreach (var result in report.Results) WriteClaim(result, output);
        output.WriteLine("</body></html>");
    }

    private static void WriteVerdicts(ReproductionReport report, TextWriter output)
    {
        output.WriteLine("<div class=\"table\"><table "
            + "class=\"verdicts\"><tr><th>number</th><th>claim</th><th>verdict</th><th>why</th></tr>");
        foreach (var result in report.Results)
            output.WriteLine(
                $"<tr><td>{string.Join(", ", result.Claim.Ids)}</td><td><a href=\"#{result.Claim.Name}\">{result.Claim.Name}</a></td>"
                + $"<td>{Word(result.Outcome)}</td><td>{MarkdownHtml.Inline(result.Summary)}</td></tr>");
        output.WriteLine("</table></div>");
    }

    private static void WritePapers(ReproductionReport report, TextWriter output)
    {
        output.WriteLine("<h3>By the papers’ claims</h3>");
        output.WriteLine("<div class=\"table\"><table class=\"verdicts\"><tr><th>number</th><th>what it says</th><th>verdict</th>"
            + "<th>answered by</th></tr>");
        foreach (var (id, title, claims) in report.Papers)
            output.WriteLine($"<tr><td>{id}</td><td>{WebUtility.HtmlEncode(title)}</td><td>{Word(report.OutcomeOf(claims))}</td>"
                + $"<td>{(claims.Count == 0 ? "no experiment yet" : string.Join(", ", claims.Select(Link)))}</td></tr>");
        output.WriteLine("</table></div>");
    }

    private static string Link(Claim claim) => $"<a href=\"#{claim.Name}\">{claim.Name}</a>";

    private static void WriteClaim(ClaimResult result, TextWriter output)
    {
        output.WriteLine($"<section id=\"{result.Claim.Name}\"><h2>{result.Claim.Name}: {Word(result.Outcome)}</h2>");
        var lines = ReproductionReport.PageOf(result, withPicture: false).ToList();
        int after = lines.FindIndex(line => line.StartsWith("| must hold", StringComparison.Ordinal));
        int end = after < 0 ? 0 : lines.FindIndex(after, line => line.Length == 0);
        MarkdownHtml.Write(lines.Take(end), output);
        if (result.Report?.Picture is { } picture) SvgChart.Write(picture, output);
        MarkdownHtml.Write(lines.Skip(end), output);
        output.WriteLine("</section>");
    }

    private static string Word(ClaimOutcome outcome) => $"<span class=\"{outcome switch
    {
        ClaimOutcome.Holds => "holds",
        ClaimOutcome.HoldsInPart => "part",
        ClaimOutcome.DoesNotHold or ClaimOutcome.Failed => "fails",
        _ => "open",
    }}\">{OutcomeWords.Of(outcome)}</span>";
}
