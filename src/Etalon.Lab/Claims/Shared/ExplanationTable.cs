namespace Etalon.Lab.Claims.Shared;

/// <summary>
/// The table that sums up You et al.: three explanations of why a large rate and its decay help, and whether experiments support them.
/// </summary>
/// <remarks>A row whose checks are null was not run.</remarks>
internal sealed record ExplanationTable
{
    private const string NotRun = "not run here";

    /// <summary>What must hold if it is not that gradient descent stops oscillating.</summary>
    public IReadOnlyList<ClaimCheck>? Gradient { get; init; }

    /// <summary>What must hold if it is not that stochastic gradient descent settles in a minimum.</summary>
    public IReadOnlyList<ClaimCheck>? Stochastic { get; init; }

    /// <summary>What must hold if it is that patterns are learned in the order of their complexity.</summary>
    public IReadOnlyList<ClaimCheck>? Patterns { get; init; }

    /// <summary>The table as Markdown, with the verdicts that were measured.</summary>
    public IEnumerable<string> Lines =>
    [
        "| explanation | perspective | a large rate at first | its decay | supported, says the paper | supported, measured here |",
        "|---|---|---|---|---|---|",
        $"| gradient descent | optimization | goes faster | ends oscillation | no | {Refuted(Gradient)} |",
        $"| stochastic gradient descent | optimization | leaves bad minima | settles in a minimum | no | {Refuted(Stochastic)} |",
        $"| pattern complexity | learning | does not fit noise | learns complex patterns | yes | {Supported(Patterns)} |",
    ];

    private static string Supported(IReadOnlyList<ClaimCheck>? checks) =>
        checks is null ? NotRun : $"{(checks.All(check => check.Holds) ? "yes" : "in part")}: {Held(checks)}";

    private static string Refuted(IReadOnlyList<ClaimCheck>? checks) => checks is null
        ? NotRun
        : $"{(checks.All(check => check.Holds) ? "no" : "not refuted in every respect")}: {Held(checks)} against it";

    private static string Held(IReadOnlyList<ClaimCheck> checks) => $"{checks.Count(check => check.Holds)} of {checks.Count} checks";
}
