using System.Text.Json;
using System.Text.Json.Serialization;
using Etalon.Lab.Charts;
using Etalon.Lab.Files;

namespace Etalon.Lab.Claims.Shared;

/// <summary>The report of a claim: checks, tables and a picture.</summary>
/// <param name="Claim">The claim.</param>
/// <param name="Setting">What was run, in words.</param>
/// <param name="Checks">Each thing that must hold, with a bound that was set before.</param>
/// <param name="Lines">The measurements as Markdown.</param>
/// <param name="Picture">The measurements drawn; null where a table says it all.</param>
/// <param name="Measurements">The same for machines.</param>
internal sealed record ClaimReport(
    Claim Claim, string Setting, IReadOnlyList<ClaimCheck> Checks, IReadOnlyList<string> Lines, Chart? Picture, object Measurements)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>What became of the claim.</summary>
    public ClaimOutcome Outcome => OutcomeWords.Of(Checks);

    /// <summary>Whether the claim was seen to hold.</summary>
    public bool Holds => Outcome == ClaimOutcome.Holds;

    /// <summary>The verdict, line by line: each check, and the whole.</summary>
    public IEnumerable<string> Verdict =>
    [
        .. Checks.Select(check => $"{Word(check.Outcome),-13}  {check.Statement}: {check.Measured}"),
        $"{Claim.Name}: {OutcomeWords.Of(Outcome)}",
    ];

    private static string Word(ClaimOutcome outcome) =>
        outcome == ClaimOutcome.DoesNotHold ? "DOES NOT HOLD" : OutcomeWords.Of(outcome);

    /// <summary>Writes report.md, picture.svg where there is one, and measurements.json.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public void Write(string folder)
    {
        if (Picture is { } picture) AtomicFile.Write(Path.Combine(folder, "picture.svg"), writer => SvgChart.Write(picture, writer));
        AtomicFile.Write(Path.Combine(folder, "measurements.json"),
            writer => writer.WriteLine(JsonSerializer.Serialize(Measurements, Json)));
        AtomicFile.Write(Path.Combine(folder, "report.md"), WriteText);
    }

    /// <summary>Each check with its outcome and the errors of its criterion, as Markdown.</summary>
    internal IEnumerable<string> CheckTable =>
    [
        "| must hold | measured | holds | how often the criterion errs |",
        "|---|---|---|---|",
        .. Checks.Select(check =>
            $"| {(check.IsControl ? "Control: " : "")}{Cell(check.Statement)} | {Cell(check.Measured)} | {Answer(check.Outcome)} "
                + $"| {Cell(check.Power.Text())} |"),
    ];

    // |w| must not end a cell.
    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    private static string Answer(ClaimOutcome outcome) =>
        outcome switch { ClaimOutcome.Holds => "yes", ClaimOutcome.DoesNotHold => "**no**", _ => "undecided" };

    private void WriteText(TextWriter writer)
    {
        writer.WriteLine($"# {Claim.Name}: {OutcomeWords.Of(Outcome)}");
        writer.WriteLine();
        writer.WriteLine($"{Claim.Statement} {Claim.Source}");
        writer.WriteLine();
        writer.WriteLine(Setting);
        writer.WriteLine();
        foreach (string line in CheckTable) writer.WriteLine(line);
        writer.WriteLine();
        if (Picture is not null)
        {
            writer.WriteLine("![picture](picture.svg)");
            writer.WriteLine();
        }
        foreach (string line in Lines.Concat(Claim.AmendmentLines)) writer.WriteLine(line);
    }
}
