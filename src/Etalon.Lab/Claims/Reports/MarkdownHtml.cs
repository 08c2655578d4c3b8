using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Etalon.Lab.Claims.Reports;

/// <summary>
/// The Markdown that reports of claims are written in, as HTML: headings, tables, lists, fenced code and paragraphs; code, strong and
/// emphasized words.
/// </summary>
internal static partial class MarkdownHtml
{
    /// <summary>Writes lines of Markdown.</summary>
    /// <param name="lines">The lines.</param>
    /// <param name="output">Where to.</param>
    public static void Write(IEnumerable<string> lines, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(lines);
        ArgumentNullException.ThrowIfNull(output);
        var rest = new Queue<string>(lines.SelectMany(line => line.Split('\n')).Append(""));
        while (rest.TryPeek(out string? line))
        {
            if (line.StartsWith("```", StringComparison.Ordinal)) WriteCode(rest, output);
            else if (line.StartsWith('|')) WriteTable(Take(rest, next => next.StartsWith('|')), output);
            else if (line.StartsWith("- ", StringComparison.Ordinal))
                WriteList(Take(rest, next => next.StartsWith("- ", StringComparison.Ordinal)), output);
            else if (line.StartsWith('#')) WriteHeading(rest.Dequeue(), output);
            else if (line.Trim().Length == 0) rest.Dequeue();
            else output.WriteLine($"<p>{Inline(string.Join('\n', Take(rest, IsOfParagraph)))}</p>");
        }
    }

    /// <summary>A line of Markdown as HTML.</summary>
    public static string Inline(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        // What stands in code is taken as it is.
        string[] parts = text.Replace("\\|", "|", StringComparison.Ordinal).Split('`');
        var html = new StringBuilder();
        for (int i = 0; i < parts.Length; i++)
        {
            string escaped = WebUtility.HtmlEncode(parts[i]);
            html.Append(i % 2 == 1 && i < parts.Length - 1
                ? $"<code>{escaped}</code>"
                : Emphasis().Replace(Strong().Replace(escaped, "<strong>$1</strong>"), "<em>$1</em>"));
        }
        return html.ToString();
    }

    private static bool IsOfParagraph(string line) =>
        line.Trim().Length > 0 && !line.StartsWith('|') && !line.StartsWith('#') && !line.StartsWith("- ", StringComparison.Ordinal)
        && !line.StartsWith("```", StringComparison.Ordinal);

    private static List<string> Take(Queue<string> rest, Func<string, bool> belongs)
    {
        List<string> taken = [];
        while (rest.TryPeek(out string? line) && belongs(line)) taken.Add(rest.Dequeue());
        return taken;
    }

    private static void WriteCode(Queue<string> rest, TextWriter output)
    {
        rest.Dequeue();
        var code = Take(rest, line => !line.StartsWith("```", StringComparison.Ordinal));
        rest.TryDequeue(out _);
        output.WriteLine($"<pre><code>{WebUtility.HtmlEncode(string.Join('\n', code))}</code></pre>");
    }

    // The page has one heading of the first order and one of the second for each claim.
    private static void WriteHeading(string line, TextWriter output)
    {
        int level = Math.Min(6, line.TakeWhile(letter => letter == '#').Count() + 1);
        output.WriteLine($"<h{level}>{Inline(line.TrimStart('#').Trim())}</h{level}>");
    }

    private static void WriteList(List<string> lines, TextWriter output)
    {
        output.WriteLine("<ul>");
        foreach (string line in lines) output.WriteLine($"<li>{Inline(line[2..])}</li>");
        output.WriteLine("</ul>");
    }

    private static void WriteTable(List<string> lines, TextWriter output)
    {
        output.WriteLine("<div class=\"table\"><table>");
        for (int row = 0; row < lines.Count; row++)
        {
            if (row == 1) continue;
            string cell = row == 0 ? "th" : "td";
            output.WriteLine($"<tr>{string.Concat(Cells(lines[row]).Select(text => $"<{cell}>{Inline(text)}</{cell}>"))}</tr>");
        }
        output.WriteLine("</table></div>");
    }

    private static IEnumerable<string> Cells(string row)
    {
        string inside = row.Trim();
        inside = inside[1..(inside.EndsWith('|') && inside.Length > 1 ? ^1 : ^0)];
        return Bars().Split(inside).Select(text => text.Trim());
    }

    [GeneratedRegex(@"\*\*([^*]+)\*\*")]
    private static partial Regex Strong();

    [GeneratedRegex(@"(?<![\w*])\*([^*\s][^*]*)\*(?![\w*])")]
    private static partial Regex Emphasis();

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex Bars();
}
