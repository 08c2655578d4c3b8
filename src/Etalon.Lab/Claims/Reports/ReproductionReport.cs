using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Etalon.Lab.Charts;
using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Files;

namespace Etalon.Lab.Claims.Reports;

/// <summary>The report of many claims: verdicts on top, then a page for each, as HTML, as Markdown and for machines.</summary>
internal sealed record ReproductionReport
{
    private const string Pictures = "pictures";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>At which scale.</summary>
    public required ClaimScale Scale { get; init; }

    /// <summary>What became of each claim, in the order of the pages.</summary>
    public required IReadOnlyList<ClaimResult> Results { get; init; }

    /// <summary>The papers' claims by number, with those that answer them.</summary>
    public required IReadOnlyList<(string Id, string Title, IReadOnlyList<Claim> AnsweredBy)> Papers { get; init; }

    /// <summary>Versions and machine, a line each.</summary>
    public required IReadOnlyList<string> Circumstances { get; init; }

    /// <summary>The file names that it writes, for the one who says so.</summary>
    public static IReadOnlyList<string> Files { get; } = ["report.html", "report.md", "report.json"];

    /// <summary>Writes report.html, report.md with its pictures, and report.json.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public void Write(string folder)
    {
        AtomicFile.Write(Path.Combine(folder, Files[0]), writer => ReproductionPage.Write(this, writer));
        AtomicFile.Write(Path.Combine(folder, Files[1]), WriteMarkdown);
        foreach (var result in Results)
            if (result.Report?.Picture is { } picture)
                AtomicFile.Write(Path.Combine(folder, Pictures, $"{result.Claim.Name}.svg"), writer => SvgChart.Write(picture, writer));
        AtomicFile.Write(Path.Combine(folder, Files[2]), writer => writer.WriteLine(JsonSerializer.Serialize(ForMachines, Json)));
    }

    /// <summary>How many claims an interruption left without a verdict.</summary>
    public int Interrupted => Results.Count(result => result.IsInterrupted);

    /// <summary>
    /// Whether a folder has a report with a verdict of a claim that an interruption left without one here: an earlier one says more, and is
    /// not given up for this one.
    /// </summary>
    /// <param name="folder">The folder.</param>
    public bool SaysLessThanThatIn(string folder)
    {
        string path = Path.Combine(folder, Files[2]);
        if (Interrupted == 0 || !File.Exists(path)) return false;
        try
        {
            var judged = JsonNode.Parse(File.ReadAllText(path))?["claims"]?.AsArray()
                .Where(claim => (string?)claim?["outcome"] is not "not_run").Select(claim => (string?)claim?["name"]).ToHashSet() ?? [];
            return Results.Any(result => result.IsInterrupted && judged.Contains(result.Claim.Name));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Damaged: it says nothing.
            return false;
        }
    }

    /// <summary>How many claims came out so.</summary>
    public int Count(ClaimOutcome outcome) => Results.Count(result => result.Outcome == outcome);

    /// <summary>As in <c>12 hold, 3 undecided</c>.</summary>
    public string Totals => string.Join(", ", Enum.GetValues<ClaimOutcome>().Where(outcome => Count(outcome) > 0)
        .Select(outcome => $"{Count(outcome)} {OutcomeWords.Of(outcome)}"));

    /// <summary>What became of a paper's claim: that of the claims that answer it, the worst where they differ.</summary>
    public ClaimOutcome OutcomeOf(IReadOnlyList<Claim> answeredBy)
    {
        var outcomes = Results.Where(result => answeredBy.Contains(result.Claim)).Select(result => result.Outcome).Distinct().ToList();
        if (outcomes.Count == 0) return ClaimOutcome.NotRun;
        if (outcomes.Count == 1) return outcomes[0];
        bool isRefuted = outcomes.Any(outcome => outcome is ClaimOutcome.DoesNotHold or ClaimOutcome.HoldsInPart);
        if (outcomes.Contains(ClaimOutcome.Holds)) return isRefuted ? ClaimOutcome.HoldsInPart : ClaimOutcome.Undecided;
        return isRefuted ? ClaimOutcome.HoldsInPart : ClaimOutcome.Undecided;
    }

    /// <summary>For machines.</summary>
    public object ForMachines => new
    {
        Scale,
        Circumstances,
        Claims = Results.Select(result => new
        {
            result.Claim.Name,
            result.Claim.Ids,
            result.Outcome,
            result.Reason,
            result.Command,
            result.Claim.Amendments,
            Checks = result.Report?.Checks.Select(check => new
            {
                check.Statement,
                check.Outcome,
                check.IsControl,
                check.Measured,
                check.Power.FailsTrue,
                check.Power.PassesFalse,
                Power = check.Power.How,
            }),
            Runs = result.Runs.Select(run => new { run.Name, RecipeHash = run.Hash }),
            result.Report?.Measurements,
        }),
        Papers = Papers.Select(
            paper => new
            {
                paper.Id,
                paper.Title,
                AnsweredBy = paper.AnsweredBy.Select(claim => claim.Name),
                Outcome = OutcomeOf(paper.AnsweredBy)
            }),
    };

    private void WriteMarkdown(TextWriter writer)
    {
        writer.WriteLine($"# The papers' claims, {ScaleWords.Of(Scale)} scale");
        writer.WriteLine();
        writer.WriteLine($"{Results.Count} claims: {Totals}.");
        writer.WriteLine();
        foreach (string line in VerdictTable) writer.WriteLine(line);
        writer.WriteLine();
        foreach (string line in Circumstances) writer.WriteLine($"- {line}");
        foreach (var result in Results)
        {
            writer.WriteLine();
            writer.WriteLine($"## {result.Claim.Name}: {OutcomeWords.Of(result.Outcome)}");
            writer.WriteLine();
            foreach (string line in PageOf(result, withPicture: true)) writer.WriteLine(line);
        }
    }

    /// <summary>The verdicts, a row for each claim.</summary>
    internal IEnumerable<string> VerdictTable =>
    [
        "| number | claim | verdict | why |",
        "|---|---|---|---|",
        .. Results.Select(result => $"| {string.Join(", ", result.Claim.Ids)} | {result.Claim.Name} | "
            + $"{OutcomeWords.Of(result.Outcome)} | {result.Summary} |"),
    ];

    /// <summary>A claim's page as Markdown, without its heading.</summary>
    internal static IEnumerable<string> PageOf(ClaimResult result, bool withPicture)
    {
        var claim = result.Claim;
        yield return $"{claim.Statement} ({string.Join(", ", claim.Ids)}; {claim.Source})";
        yield return "";
        yield return $"**Question.** {claim.Question}";
        yield return "";
        yield return $"**The paper says.** {claim.PaperSays}";
        yield return "";
        if (result.Report is not { } report)
        {
            yield return $"**{OutcomeWords.Of(result.Outcome)}.** {result.Reason}";
        }
        else
        {
            yield return $"**Setting.** {report.Setting}";
            yield return "";
            foreach (string line in report.CheckTable) yield return line;
            yield return "";
            if (withPicture && report.Picture is not null)
            {
                yield return $"![{claim.Name}]({Pictures}/{claim.Name}.svg)";
                yield return "";
            }
            foreach (string line in report.Lines) yield return line.StartsWith('#') ? $"#{line}" : line;
        }
        foreach (string line in claim.AmendmentLines) yield return line;
        yield return "";
        yield return "Run this one again:";
        yield return "";
        yield return "```sh";
        yield return result.Command;
        yield return "```";
        if (result.Runs.Count == 0) yield break;
        yield return "";
        yield return $"Runs, with the first digits of their recipes' hashes: "
            + $"{string.Join(", ", result.Runs.Select(run => $"{run.Name} `{run.Hash[..8]}`"))}.";
    }
}
