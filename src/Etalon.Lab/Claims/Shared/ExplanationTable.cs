using Etalon.Lab.Claims.DecayExplanations;
using Etalon.Lab.Claims.PatternSeparation;

namespace Etalon.Lab.Claims.Shared;

/// <summary>The table that sums up You et al.: three explanations of why a large rate and its decay help, and whether experiments support them.</summary>
public static class ExplanationTable
{
    private const string NotRun = "not run here";

    /// <summary>The table as Markdown, with the verdicts that were measured.</summary>
    /// <param name="patterns">Whether patterns separate; null where that was not run.</param>
    /// <param name="beliefs">Whether the two common explanations fail; null where that was not run.</param>
    public static IEnumerable<string> Lines(PatternSeparationReport? patterns, DecayExplanationsReport? beliefs)
    {
        yield return "| explanation | perspective | a large rate at first | its decay | supported, says the paper | supported, measured here |";
        yield return "|---|---|---|---|---|---|";
        yield return $"| gradient descent | optimization | goes faster | ends oscillation | no | {Refuted(beliefs?.GradientChecks)} |";
        yield return $"| stochastic gradient descent | optimization | leaves bad minima | settles in a minimum | no | {Refuted(beliefs?.StochasticChecks)} |";
        yield return $"| pattern complexity | learning | does not fit noise | learns complex patterns | yes | {(patterns is null ? NotRun : $"{(patterns.Holds ? "yes" : "in part")}: {Held(patterns.Checks)}")} |";
    }

    private static string Refuted(IReadOnlyList<ClaimCheck>? checks) => checks is null
        ? NotRun
        : $"{(checks.All(check => check.Holds) ? "no" : "not refuted in every respect")}: {Held(checks)} against it";

    private static string Held(IReadOnlyList<ClaimCheck> checks) => $"{checks.Count(check => check.Holds)} of {checks.Count} checks";
}
