namespace Etalon.Lab.Claims.Shared;

/// <summary>What became of a claim at a scale, whether or not its experiment came to its end.</summary>
/// <param name="Claim">The claim.</param>
/// <param name="Scale">The scale.</param>
internal sealed record ClaimResult(Claim Claim, ClaimScale Scale)
{
    /// <summary>Its report; null where there is none.</summary>
    public ClaimReport? Report { get; init; }

    /// <summary>Why there is none.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether it has no report because somebody ended the reproduction before its end.</summary>
    public bool IsInterrupted { get; init; }

    /// <summary>The runs that it trained or found trained, with the hashes of their recipes.</summary>
    public IReadOnlyList<(string Name, string Hash)> Runs { get; init; } = [];

    /// <summary>The outcome of what has no report.</summary>
    public ClaimOutcome WithoutReport { get; init; } = ClaimOutcome.NotRun;

    /// <summary>What became of it.</summary>
    public ClaimOutcome Outcome => Report?.Outcome ?? WithoutReport;

    /// <summary>In one line: how many checks hold, or why there are none.</summary>
    public string Summary => Report is not { } report ? Reason ?? ""
        : $"{Count(report, ClaimOutcome.Holds)} of {report.Checks.Count} checks hold"
            + Part(report, ClaimOutcome.DoesNotHold, Count(report, ClaimOutcome.DoesNotHold) == 1 ? "does not" : "do not")
            + Part(report, ClaimOutcome.Undecided, "undecided");

    /// <summary>The command that runs this one again.</summary>
    public string Command => $"etalon reproduce {Claim.Name} --{ScaleWords.Of(Scale)}";

    private static int Count(ClaimReport report, ClaimOutcome outcome) => report.Checks.Count(check => check.Outcome == outcome);

    private static string Part(ClaimReport report, ClaimOutcome outcome, string word) =>
        Count(report, outcome) is > 0 and var count ? $", {count} {word}" : "";
}

/// <summary>Scales as the command line writes them.</summary>
internal static class ScaleWords
{
    /// <summary>As in <c>quick</c>.</summary>
    public static string Of(ClaimScale scale) => scale switch
    {
        ClaimScale.Quick => "quick",
        ClaimScale.Standard => "standard",
        _ => "paper",
    };
}
