using System.Text.RegularExpressions;

namespace Etalon.Workbench.Tests;

/// <summary>README and documents can be read: short sentences, links that lead somewhere, pages that an index finds.</summary>
public partial class ProseTests
{
    private const int MostWords = 40;

    private static readonly string Root = FindRoot();

    public static TheoryData<string> Pages =>
    [
        "README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md",
        .. Files("src", "README.md"), .. Files("docs", "*.md"),
    ];

    [Theory, MemberData(nameof(Pages))]
    public void A_link_leads_to_a_file_or_a_heading_that_is_there(string page)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Root, page))!;
        foreach (Match link in Links().Matches(Fences().Replace(Text(page), "")))
        {
            string[] parts = link.Groups["target"].Value.Split('#', 2);
            if (parts[0].StartsWith("http", StringComparison.Ordinal)) continue;
            string target = parts[0].Length == 0 ? Path.Combine(Root, page) : Path.GetFullPath(Path.Combine(folder, parts[0]));
            Assert.True(Path.Exists(target), $"{page}: {link.Value} leads nowhere");
            if (parts.Length == 2) Assert.True(AnchorsOf(target).Contains(parts[1]), $"{page}: {link.Value}: no such heading");
        }
    }

    [Theory, MemberData(nameof(Pages))]
    public void A_sentence_has_at_most_forty_words(string page)
    {
        if (page == "CHANGELOG.md") return;
        var sentences = Paragraphs(page).SelectMany(paragraph => Ends().Split(paragraph));
        Assert.DoesNotContain(sentences, sentence => Words(sentence) > MostWords);
    }

    [Fact]
    public void The_measure_of_sentences_sees_a_long_one()
    {
        Assert.Equal(2, Ends().Split(Plain("It has `a.b` words. `code` begins the next.")).Length);
        Assert.Equal(41, Words(string.Join(' ', Enumerable.Repeat("word", 41))));
    }

    [Fact]
    public void The_readme_has_at_most_250_lines() => Assert.InRange(Text("README.md").Split('\n').Length, 50, 250);

    [Fact]
    public void Every_page_of_the_documents_stands_in_the_index_by_question()
    {
        string index = Text("docs/index.md");
        var pages = Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md").Select(Path.GetFileName).Where(name => name != "index.md");
        Assert.All(pages, name => Assert.Contains($"]({name}", index, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Paragraphs(string page)
    {
        var lines = new List<string>();
        string[] all = Fences().Replace(Text(page), "").Split('\n');
        foreach (string line in all.Where(line => !line.StartsWith("    ", StringComparison.Ordinal)))
        {
            string text = line.Trim();
            bool isProse = text.Length > 0 && text[0] is not ('|' or '#') && !text.StartsWith("![", StringComparison.Ordinal);
            bool isItem = ListItem().IsMatch(text);
            if ((!isProse || isItem) && lines.Count > 0)
            {
                yield return Plain(string.Join(' ', lines));
                lines.Clear();
            }
            if (isProse) lines.Add(ListItem().Replace(text, ""));
        }
        if (lines.Count > 0) yield return Plain(string.Join(' ', lines));
    }

    // What is code counts as one word, a link as its text.
    private static string Plain(string text) => Targets().Replace(Code().Replace(text, "Code"), "]");

    private static int Words(string sentence) => sentence.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;

    // As the hosts of Markdown make them: lower case, without punctuation, blanks as hyphens.
    private static HashSet<string> AnchorsOf(string file) =>
        [.. Headings().Matches(Fences().Replace(File.ReadAllText(file), ""))
            .Select(match => Punctuation().Replace(match.Groups["text"].Value.ToLowerInvariant(), "").Replace(' ', '-'))];

    private static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/')).Order(StringComparer.Ordinal);

    private static string Text(string page) => File.ReadAllText(Path.Combine(Root, page)).ReplaceLineEndings("\n");

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Etalon.slnx"))) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("the tests must run inside the repository");
    }

    [GeneratedRegex("^```.*?^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fences();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Links();

    [GeneratedRegex(@"\]\([^)]*\)")]
    private static partial Regex Targets();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex Code();

    [GeneratedRegex(@"(?<=[.!?])(?:\*\*|\))?\s+(?=[^a-z])")]
    private static partial Regex Ends();

    [GeneratedRegex(@"^([-*]|\d+\.) ")]
    private static partial Regex ListItem();

    [GeneratedRegex(@"^#+ (?<text>.*)$", RegexOptions.Multiline)]
    private static partial Regex Headings();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex Punctuation();
}
