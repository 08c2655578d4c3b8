using System.Text.Json;
using Etalon.Lab.Reports;

namespace Etalon.Lab.Claims;

/// <summary>What came of a claim: judgments, tables and a picture.</summary>
/// <param name="Claim">The claim.</param>
/// <param name="Setting">What was run, in words.</param>
/// <param name="Judgments">Each thing that must hold.</param>
/// <param name="Tables">The measurements, by heading, as lines of Markdown.</param>
/// <param name="Picture">The measurements drawn.</param>
/// <param name="Measurements">The same for machines.</param>
public sealed record ClaimReport(
    Claim Claim, string Setting, IReadOnlyList<Judgment> Judgments, IReadOnlyList<(string Heading, IReadOnlyList<string> Lines)> Tables, Chart Picture, object Measurements)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>Whether the claim was seen to hold.</summary>
    public bool Holds => Judgments.All(judgment => judgment.Holds);

    /// <summary>The verdict, line by line: each criterion, what was found, and the whole.</summary>
    public IEnumerable<string> Verdict =>
    [
        .. Judgments.Select(judgment => $"{(judgment.Holds ? "holds        " : "DOES NOT HOLD")}  {judgment.Criterion}: {judgment.Finding}"),
        Holds ? $"{Claim.Name}: reproduced" : $"{Claim.Name}: NOT reproduced",
    ];

    /// <summary>Writes report.md, picture.svg and measurements.json.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public void Write(string folder)
    {
        AtomicFile.Write(Path.Combine(folder, "picture.svg"), writer => SvgChart.Write(Picture, writer));
        AtomicFile.Write(Path.Combine(folder, "measurements.json"), writer => writer.WriteLine(JsonSerializer.Serialize(Measurements, Json)));
        AtomicFile.Write(Path.Combine(folder, "report.md"), WriteText);
    }

    private void WriteText(TextWriter writer)
    {
        writer.WriteLine($"# {Claim.Name}: {(Holds ? "reproduced" : "not reproduced")}");
        writer.WriteLine();
        writer.WriteLine($"{Claim.Statement} {Claim.Source}");
        writer.WriteLine();
        writer.WriteLine(Setting);
        writer.WriteLine();
        writer.WriteLine("| | must hold | found |");
        writer.WriteLine("|---|---|---|");
        foreach (var judgment in Judgments) writer.WriteLine($"| {(judgment.Holds ? "holds" : "**does not hold**")} | {judgment.Criterion} | {judgment.Finding} |");
        writer.WriteLine();
        writer.WriteLine("![picture](picture.svg)");
        foreach (var (heading, lines) in Tables)
        {
            writer.WriteLine();
            writer.WriteLine($"## {heading}");
            writer.WriteLine();
            foreach (string line in lines) writer.WriteLine(line);
        }
    }
}
