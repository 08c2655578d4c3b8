using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Etalon.Lab.Charts;
using Etalon.Lab.Claims;
using Etalon.Lab.Claims.Reports;
using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Tests.Claims;

/// <summary>Many claims in one report, whatever becomes of each.</summary>
public sealed class ReproductionTests : IDisposable
{
    private static readonly ClaimCheck Held = new("it is | so", true, "1.0 < 2"),
        Refuted = new("it is not", false, "3"), Open = Held with { Power = new CheckPower(0.5, 0.5, false, "one seed; 2 would decide") };

    private static readonly Claim[] Claims =
    [
        new MadeUp("holding", _ => [Held]), new MadeUp("parted", _ => [Held, Refuted]), new MadeUp("refuted", _ => [Refuted]),
        new MadeUp("open", _ => [Held, Open]), new MadeUp("broken", _ => throw new InputException("the disk is full")),
        new MadeUp("too-large", _ => [Held]) { Quick = null }, new MadeUp("without-data", _ => [Held]) { Quick = new(1, "cifar100") },
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private ReproductionReport Report() => Report(Claims, TestContext.Current.CancellationToken);

    private ReproductionReport Report(IReadOnlyList<Claim> claims, CancellationToken cancellation) => new()
    {
        Scale = ClaimScale.Quick,
        Results = Reproduction.Run(claims, new ClaimRun
        {
            Folder = _folder.Path,
            Scale = ClaimScale.Quick,
            Threads = 1,
            Report = _ => { },
            Cancellation = cancellation,
        }),
        Papers = [("E1", "what holds", [Claims[0]]), ("E2", "what holds and is refuted", [Claims[0], Claims[2]]),
            ("E3", "what nobody asked", [])],
        Circumstances = ["Etalon <1>, `code`"],
    };

    [Fact]
    public void The_report_of_one_claim_lists_what_was_changed_after_a_result_too()
    {
        var claim = ClaimCatalog.Find("toy-cone");
        new ClaimReport(claim, "made up", [Held], [], null, new { }).Write(_folder.Path);
        string text = File.ReadAllText(Path.Combine(_folder.Path, "report.md"));
        Assert.NotEmpty(claim.Amendments);
        Assert.All(claim.Amendments, amendment => Assert.Contains($"- {amendment}", text, StringComparison.Ordinal));
    }

    [Fact]
    public void Each_claim_has_an_outcome_whatever_became_of_it()
    {
        var results = Report().Results.ToDictionary(result => result.Claim.Name);
        Assert.Equal(ClaimOutcome.Holds, results["holding"].Outcome);
        Assert.Equal(ClaimOutcome.HoldsInPart, results["parted"].Outcome);
        Assert.Equal(ClaimOutcome.DoesNotHold, results["refuted"].Outcome);
        Assert.Equal(ClaimOutcome.Undecided, results["open"].Outcome);
        Assert.Equal(ClaimOutcome.Failed, results["broken"].Outcome);
        Assert.Equal("the disk is full", results["broken"].Reason);
        Assert.Equal(ClaimOutcome.Undecided, results["too-large"].Outcome);
        Assert.Contains("--standard decides", results["too-large"].Reason, StringComparison.Ordinal);
        if (results["without-data"].Outcome == ClaimOutcome.NotRun)
            Assert.Contains("etalon data get cifar100", results["without-data"].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_is_one_file_without_script_or_anything_from_elsewhere()
    {
        Report().Write(_folder.Path);
        string page = File.ReadAllText(Path.Combine(_folder.Path, "report.html"));
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch(@"(src|href)=""(?!#)", page);
        Assert.Equal(Claims.Length, Regex.Count(page, "<section id="));
        Assert.Equal(5 - 1, Regex.Count(page, "<svg "));
        Assert.Contains("1.0 &lt; 2", page, StringComparison.Ordinal);
        Assert.Contains("Etalon &lt;1&gt;, <code>code</code>", page, StringComparison.Ordinal);
        Assert.Contains("etalon reproduce parted --quick", page, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme: dark", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Markdown_and_JSON_say_the_same()
    {
        Report().Write(_folder.Path);
        string text = File.ReadAllText(Path.Combine(_folder.Path, "report.md"));
        Assert.Contains("| E1 | parted | holds in part | 1 of 2 checks hold, 1 does not |", text, StringComparison.Ordinal);
        Assert.Contains("| it is \\| so | 1.0 < 2 | yes |", text, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_folder.Path, "pictures", "parted.svg")));
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder.Path, "report.json")))!;
        Assert.Equal("holds_in_part", (string?)json["claims"]![1]!["outcome"]);
        Assert.Equal(["holds", "holds_in_part", "not_run"], json["papers"]!.AsArray().Select(paper => (string?)paper!["outcome"]));
    }

    [Fact]
    public void A_second_report_is_the_first_to_the_byte()
    {
        Report().Write(_folder.Path);
        string[] files = Directory.GetFiles(_folder.Path, "report.*", SearchOption.AllDirectories);
        var before = files.ToDictionary(file => file, File.ReadAllText);
        Report().Write(_folder.Path);
        Assert.All(files, file => Assert.Equal(before[file], File.ReadAllText(file)));
    }

    [Fact]
    public void An_interruption_leaves_a_report_of_what_is_done_and_takes_none_that_says_more()
    {
        using var stop = new CancellationTokenSource();
        Claim interrupted = new MadeUp("parted", run =>
        {
            stop.Cancel();
            run.Cancellation.ThrowIfCancellationRequested();
            return [Held];
        });
        Claim[] claims = [Claims[0], interrupted, Claims[2], Claims[5]];
        var report = Report(claims, stop.Token);
        Assert.Equal(2, report.Interrupted);
        Assert.Equal([ClaimOutcome.Holds, ClaimOutcome.NotRun, ClaimOutcome.NotRun, ClaimOutcome.Undecided],
            report.Results.Select(result => result.Outcome));
        Assert.Contains("--standard decides", report.Results[3].Reason, StringComparison.Ordinal);
        Assert.False(report.SaysLessThanThatIn(_folder.Path));
        report.Write(_folder.Path);
        string text = File.ReadAllText(Path.Combine(_folder.Path, "report.md"));
        Assert.Contains("| E1 | parted | not run | interrupted; the command that began this report continues it |", text,
            StringComparison.Ordinal);
        Assert.Contains("1.0 < 2", text, StringComparison.Ordinal);
        // It may take the place of itself, and of nothing that knows a claim more.
        Assert.False(report.SaysLessThanThatIn(_folder.Path));
        var whole = Report();
        whole.Write(_folder.Path);
        Assert.True(report.SaysLessThanThatIn(_folder.Path));
        Assert.False(whole.SaysLessThanThatIn(_folder.Path));
        File.WriteAllText(Path.Combine(_folder.Path, "report.json"), "{");
        Assert.False(report.SaysLessThanThatIn(_folder.Path));
    }

    [Fact]
    public void Markdown_becomes_HTML_with_what_code_says_untouched()
    {
        using var output = new StringWriter { NewLine = "\n" };
        MarkdownHtml.Write(["# A *b*", "", "- one `*x*`", "- **two** 3 * 4 * 5", "", "| a | \\|w\\| |", "|---|---|", "| 1 | `c` |", "",
            "```", "<&", "```"],
            output);
        Assert.Equal(
            "<h2>A <em>b</em></h2>\n<ul>\n<li>one <code>*x*</code></li>\n<li><strong>two</strong> 3 * 4 * 5</li>\n</ul>\n"
            + "<div class=\"table\"><table>\n<tr><th>a</th><th>|w|</th></tr>\n<tr><td>1</td><td><code>c</code></td></tr>\n</table></div>\n"
            + "<pre><code>&lt;&amp;</code></pre>\n", output.ToString());
    }

    private sealed class MadeUp(string name, Func<ClaimRun, IReadOnlyList<ClaimCheck>> judge) : Claim
    {
        public ClaimCost? Quick { get; init; } = new(1);

        public override string Name => name;
        public override IReadOnlyList<string> Ids => ["E1"];
        public override string Statement => "It is so.";
        public override string Source => "Nobody 2019.";
        public override string Question => "Is it so?";
        public override string PaperSays => "It is.";

        public override ClaimCost? CostAt(ClaimScale scale) => scale == ClaimScale.Quick ? Quick : new(1);

        public override ClaimReport Reproduce(ClaimRun run) => new(this, "Nothing was run.", judge(run), ["## A table", ""],
            new Chart("nothing", "time", [new("value", [new("line", [0, 1], [1, 2])])]), new { });
    }
}
