using System.Security.Cryptography;
using System.Text;
using Etalon.Lab.Claims;
using Etalon.Lab.Claims.RateRobustness;
using Etalon.Lab.Claims.Shared;
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

    [Theory]
    [InlineData(ClaimScale.Quick)]
    [InlineData(ClaimScale.Standard)]
    [InlineData(ClaimScale.Paper)]
    internal void The_runs_of_all_claims_are_one_sweep_in_which_a_name_has_one_recipe(ClaimScale scale)
    {
        var claims = ClaimCatalog.All.Where(claim => claim.CostAt(scale) is not null).ToList();
        var recipes = claims.SelectMany(claim => claim.Recipes(Run(scale))).ToList();
        Assert.Equal(recipes.DistinctBy(recipe => recipe.Name).Count(), recipes.DistinctBy(recipe => (recipe.Name, recipe.Hash)).Count());
        var sweep = ClaimSweep.Of(recipes, Run(scale));
        Assert.Equal(recipes.Select(recipe => recipe.Name).Distinct(), sweep.Trials.Select(trial => trial.Id));
        // What two claims ask for is one trial.
        Assert.Equal(sweep.Configurations.Count, ClaimSweep.Of([.. recipes, .. recipes], Run(scale)).Configurations.Count);
    }

    private static ClaimRun Run(ClaimScale scale) =>
        new() { Folder = "none", Scale = scale, Threads = 1, Report = _ => { }, Cancellation = TestContext.Current.CancellationToken };

    private static IReadOnlyList<Recipe> RecipesOf(string claim) => claim switch
    {
        "rate-robustness" => [.. new RateRobustnessExperiment() is var experiment ? experiment.Runs.Select(experiment.Recipe) : []],
        "step-decay-texp" or "cosine-twin" or "adamw-equilibrium" => ClaimCatalog.Find(claim).Recipes(Run(ClaimScale.Quick)),
        _ => ClaimCatalog.Find(claim).Recipes(Run(ClaimScale.Standard)),
    };
}
