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
/// <param name="Picture">The measurements drawn.</param>
/// <param name="Measurements">The same for machines.</param>
internal sealed record ClaimReport(
    Claim Claim, string Setting, IReadOnlyList<ClaimCheck> Checks, IReadOnlyList<string> Lines, Chart Picture, object Measurements)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>Whether the claim was seen to hold.</summary>
    public bool Holds => Checks.All(check => check.Holds);

    /// <summary>The verdict, line by line: each check, and the whole.</summary>
    public IEnumerable<string> Verdict =>
    [
        .. Checks.Select(check => $"{(check.Holds ? "holds        " : "DOES NOT HOLD")}  {check.Statement}: {check.Measured}"),
        Holds ? $"{Claim.Name}: reproduced" : $"{Claim.Name}: NOT reproduced",
    ];

    /// <summary>Writes report.md, picture.svg and measurements.json.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public void Write(string folder)
    {
        AtomicFile.Write(Path.Combine(folder, "picture.svg"), writer => SvgChart.Write(Picture, writer));
        AtomicFile.Write(Path.Combine(folder, "measurements.json"),
            writer => writer.WriteLine(JsonSerializer.Serialize(Measurements, Json)));
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
        writer.WriteLine("| must hold | measured | holds |");
        writer.WriteLine("|---|---|---|");
        foreach (var check in Checks) writer.WriteLine($"| {check.Statement} | {check.Measured} | {(check.Holds ? "yes" : "**no**")} |");
        writer.WriteLine();
        writer.WriteLine("![picture](picture.svg)");
        writer.WriteLine();
        foreach (string line in Lines) writer.WriteLine(line);
    }
}
