using Etalon.Lab.Claims.DecayExplanations;
using Etalon.Lab.Claims.FastEquilibrium;
using Etalon.Lab.Claims.LabelNoise;
using Etalon.Lab.Claims.PatternSeparation;
using Etalon.Lab.Claims.RateRobustness;
using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Claims.TiledPatterns;
using Etalon.Lab.Claims.TransferByStage;
using Etalon.Lab.Claims.WnGradConvex;

namespace Etalon.Lab.Claims;

/// <summary>What a paper claims, and an experiment that can refute it.</summary>
/// <param name="Name">Its name on the command line, as in <c>fast-equilibrium</c>.</param>
/// <param name="Statement">The claim in one sentence.</param>
/// <param name="Source">Where it is made.</param>
/// <param name="Cost">How long it takes, in words.</param>
/// <param name="Reproduce">Runs the experiment and judges it.</param>
public sealed record Claim(string Name, string Statement, string Source, string Cost, Func<ClaimRun, ClaimReport> Reproduce)
{
    /// <summary>All claims that can be reproduced.</summary>
    public static IReadOnlyList<Claim> All { get; } =
    [
        FastEquilibriumClaim.Claim, PatternSeparationClaim.Claim, TiledPatternsClaim.Claim, DecayExplanationsClaim.Claim, LabelNoiseClaim.Fashion, LabelNoiseClaim.Cifar,
        TransferByStageClaim.Claim, RateRobustnessClaim.Claim, WnGradConvexClaim.Claim,
    ];

    /// <summary>The claim of a name.</summary>
    /// <exception cref="InputException">There is none; the message lists those there are.</exception>
    public static Claim Find(string name) => All.FirstOrDefault(claim => claim.Name == name)
        ?? throw new InputException($"\"{name}\" is no claim; there are {string.Join(", ", All.Select(claim => claim.Name))}");
}
