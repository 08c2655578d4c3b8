using System.Security.Cryptography;
using System.Text;
using Etalon.Lab.Claims.AdamEquilibrium;
using Etalon.Lab.Claims.DecayExplanations;
using Etalon.Lab.Claims.LabelNoise;
using Etalon.Lab.Claims.PatternSeparation;
using Etalon.Lab.Claims.Phases;
using Etalon.Lab.Claims.RateRobustness;
using Etalon.Lab.Claims.ScheduleTwins;
using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Claims.TiledPatterns;
using Etalon.Lab.Claims.TransferByStage;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Tests.Claims;

/// <summary>
/// The recipes of the claims' runs. Kept runs and outcomes are found by the hash of the recipe, so another hash trains everything anew:
/// hours of rate-robustness. The digests were taken when the recipes were read from YAML with overrides.
/// </summary>
public class ClaimRecipeTests
{
    [Theory]
    [InlineData("pattern-separation", 65, "468fe3c7c8cd96a6")]
    [InlineData("pattern-separation-cnn", 12, "37b8a6df846fa2fb")]
    [InlineData("decay-beliefs", 23, "2f74f2d1eaf5c97a")]
    [InlineData("label-noise-fashion", 12, "612ac137e52732fd")]
    [InlineData("label-noise-cifar", 12, "7d8e958c15157242")]
    [InlineData("transfer-by-stage", 5, "c74e3e4d17c25588")]
    [InlineData("rate-robustness", 885, "875e5a8c31a768d4")]
    [InlineData("step-decay-texp", 36, "cf9a8fc9fc4d4098")]
    [InlineData("cosine-twin", 36, "0332060ca355c602")]
    [InlineData("drop-regresses", 10, "fa1a6828f0210728")]
    [InlineData("adamw-equilibrium", 6, "b55d1b8f318efb66")]
    public void The_runs_of_a_claim_have_the_recipes_that_they_always_had(string claim, int runs, string digest)
    {
        var recipes = RecipesOf(claim);
        Assert.Equal(runs, recipes.Count);
        string hashes = string.Join('\n', recipes.Select(recipe => $"{recipe.Name} {recipe.Hash}"));
        Assert.Equal(digest, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(hashes)))[..16]);
    }

    private static IReadOnlyList<Recipe> RecipesOf(string claim) => claim switch
    {
        "pattern-separation" => new PatternSeparationExperiment().Recipes,
        "pattern-separation-cnn" => new TiledPatternsExperiment().Recipes,
        "decay-beliefs" => new DecayExplanationsExperiment().Recipes,
        "label-noise-fashion" => LabelNoiseClaim.Fashion.Experiment.Recipes,
        "label-noise-cifar" => LabelNoiseClaim.Cifar.Experiment.Recipes,
        "step-decay-texp" => TwinClaims.StepDecay.At(ClaimScale.Quick)!.Recipes,
        "cosine-twin" => TwinClaims.Cosine.At(ClaimScale.Quick)!.Recipes,
        "drop-regresses" => new PhasesExperiment(new DropRegressesClaim().Arms).Recipes,
        "adamw-equilibrium" => AdamEquilibriumClaim.At(ClaimScale.Quick).Recipes,
        "transfer-by-stage" => new TransferByStageExperiment().Recipes,
        _ => [.. new RateRobustnessExperiment() is var experiment ? experiment.Runs.Select(experiment.Recipe) : []],
    };
}
