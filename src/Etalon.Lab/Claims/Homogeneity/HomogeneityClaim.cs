using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Verifications;

namespace Etalon.Lab.Claims.Homogeneity;

/// <summary>The tables of homogeneity of Li and Arora 2019, by <see cref="HomogeneityExperiment"/>.</summary>
internal sealed class HomogeneityClaim : Claim
{
    // Rounding in float64 through some ten layers on the one side; on the other a network's outputs grow with what is scaled.
    private const double None = 1e-9, Some = 1e-3;

    /// <summary>The experiment, with the settings of the claim by default.</summary>
    public HomogeneityExperiment Experiment { get; init; } = new();

    /// <inheritdoc/>
    public override string Name => "homogeneity";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Ids => ["E9"];

    /// <inheritdoc/>
    public override string Statement =>
        "Plain and residual networks with normalization are scale-invariant in all that is trained when normalizations have no scale and "
        + "shift and the last layer is fixed, and not otherwise.";

    /// <inheritdoc/>
    public override string Source =>
        "Li and Arora 2019, *An exponential learning rate schedule for deep learning*, appendix C, figures 7 and 8.";

    /// <inheritdoc/>
    public override string Question => "Which networks keep their function when all trained parameters are multiplied by one number?";

    /// <inheritdoc/>
    public override string PaperSays =>
        "By degrees of homogeneity: a linear layer adds 1, a normalization without scale and shift makes 0 and one with them 1, a sum "
            + "needs "
        + "equal degrees; a network is usable if its output has degree 0.";

    /// <inheritdoc/>
    public override ClaimCost? CostAt(ClaimScale scale) => new(0.1);

    /// <inheritdoc/>
    public override ClaimReport Reproduce(ClaimRun run)
    {
        var findings = Experiment.Run(run);
        return new ClaimReport(this,
            "Each network's outputs in float64 on six random images, before and after all trained parameters were multiplied by one "
                + "number; "
            + "besides the degrees of its layers, by rule.",
            Judge(findings),
            [
                "| network | invariant, says the appendix | by the rules | change of the outputs |", "|---|---|---|---:|",
                .. findings.Select(finding => $"| {finding.Case.Name} | {Yes(finding.Case.IsInvariant)} | {Yes(finding.ByRules)} | "
                    + $"{Comparison.Distance(finding.Change)} |"),
            ],
            null, findings.Select(finding => new { finding.Case.Name, finding.Case.IsInvariant, finding.ByRules, finding.Change }));
    }

    /// <summary>What must hold.</summary>
    internal static IReadOnlyList<ClaimCheck> Judge(IReadOnlyList<HomogeneityFinding> findings) =>
    [
        .. findings.Select(finding => new ClaimCheck(
            finding.Case.IsInvariant
                ? $"{finding.Case.Name}: invariant by the rules, and no output changes by more than 1e-9"
                : $"{finding.Case.Name}: not invariant by the rules, and outputs change by more than 1e-3",
            finding.ByRules == finding.Case.IsInvariant
                && (finding.Case.IsInvariant ? finding.Change <= None : !(finding.Change <= Some)),
            $"{(finding.ByRules ? "invariant" : "not invariant")}, {Comparison.Distance(finding.Change)}")
        {
            Power = CheckPower.OfNoChance("a wrong answer of the rules is off by six decades of the measurement"),
        }),
    ];

    private static string Yes(bool value) => value ? "yes" : "no";
}
