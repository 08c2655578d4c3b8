using Etalon.Lab.Claims.AdamEquilibrium;
using Etalon.Lab.Claims.AdamTwins;
using Etalon.Lab.Claims.DecayExplanations;
using Etalon.Lab.Claims.DirectionEquilibria;
using Etalon.Lab.Claims.FastEquilibrium;
using Etalon.Lab.Claims.FullBatchUnrest;
using Etalon.Lab.Claims.GradientRise;
using Etalon.Lab.Claims.Homogeneity;
using Etalon.Lab.Claims.LabelNoise;
using Etalon.Lab.Claims.LayerSpeeds;
using Etalon.Lab.Claims.ParameterMixing;
using Etalon.Lab.Claims.PatternSeparation;
using Etalon.Lab.Claims.Phases;
using Etalon.Lab.Claims.RateRobustness;
using Etalon.Lab.Claims.ScheduleTwins;
using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Claims.StochasticDifferential;
using Etalon.Lab.Claims.TiledPatterns;
using Etalon.Lab.Claims.ToyCone;
using Etalon.Lab.Claims.TransferByStage;
using Etalon.Lab.Claims.WnGradConvex;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Claims;

/// <summary>All claims that can be reproduced. Nothing else sees more than one claim.</summary>
internal static class ClaimCatalog
{
    /// <summary>The claims in the order in which they are listed.</summary>
    public static IReadOnlyList<Claim> All { get; } =
    [
        TwinClaims.ConstantRate,
        TwinClaims.StepDecay,
        new DropPassesClaim(),
        new DropStaysClaim(),
        TwinClaims.WithoutDrops,
        TwinClaims.Cosine,
        TwinClaims.Normalizations,
        new ToyConeClaim(),
        new HomogeneityClaim(),
        new FullBatchUnrestClaim(),
        new SmallRateClaim(),
        new ParameterMixingClaim(),
        new FastEquilibriumClaim(),
        new HistoryForgottenClaim(),
        new DropRegressesClaim(),
        new LastEquilibriumClaim(),
        new StochasticDifferentialClaim(),
        new PatternSeparationClaim(),
        new TiledPatternsClaim(),
        new DecayExplanationsClaim(),
        LabelNoiseClaim.Fashion,
        LabelNoiseClaim.Cifar,
        new TransferByStageClaim(),
        new RateRobustnessClaim(),
        new WnGradConvexClaim(),
        new WnGradBatchRateClaim(),
        new WnGradStochasticRateClaim(),
        new WnGradGrowthClaim(),
        new AdamTwinsClaim(),
        new AdamEquilibriumClaim(),
        new GradientRiseClaim(),
        new LayerSpeedsClaim(),
        new DirectionEquilibriaClaim(),
    ];

    /// <summary>The claim of a name, or of a number of a paper's claim that it alone answers, such as I4.</summary>
    /// <exception cref="InputException">There is none, or there are several; the message lists those there are.</exception>
    public static Claim Find(string name)
    {
        if (All.FirstOrDefault(claim => claim.Name == name) is { } named) return named;
        var numbered = All.Where(claim => claim.Ids.Contains(name, StringComparer.OrdinalIgnoreCase)).ToList();
        string[] names = [.. All.Select(claim => claim.Name)];
        return numbered.Count == 1 ? numbered[0] : throw new InputException(numbered.Count > 1
            ? $"{name} is part of {string.Join(", ", numbered.Select(claim => claim.Name))}; name one of them, or several"
            : $"\"{name}\" is no claim; {(Suggestion.To(name, names) is { } near ? $"did you mean {near}?"
                : $"there are {string.Join(", ", names)}")}");
    }
}
