using Etalon.Lab.Advice;
using Etalon.Lab.Data;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Tests.Advice;

public class MeasuredBudgetTests
{
    // With this rate the weights stand still, so that batches of any size measure the same gradient.
    private const string Standing = "1e-9";

    [Fact]
    public void The_noise_scale_of_the_gradient_is_the_same_for_a_large_batch_as_for_a_small_one()
    {
        var (small, large) = (NoiseAt(16), NoiseAt(64));
        Assert.Equal(small.StartNorm, large.StartNorm);
        // A batch four times as large has a quarter of the noise, and the signal is that of the mean gradient.
        Assert.Equal(4, small.Noise / large.Noise, 0.6);
        Assert.Equal(1, small.Signal / large.Signal, 0.3);
        Assert.Equal(1, small.Images!.Value / large.Images!.Value, 0.4);
        Assert.InRange(large.Images.Value, large.LeastImages, 2 * large.LeastImages);
    }

    [Fact]
    public void A_transformer_that_reads_a_text_is_a_language_model_whose_batch_counts_tokens()
    {
        var budget = MeasuredBudget.Of(RecipeReader.Read(
            """
            duration: 2ep
            data: {set: text, context: 32, train: 2000, test: 200, batch: 32}
            model: {name: transformer, layers: 1, width: 16, heads: 2, norm: rms}
            optimizer: {name: adamw}
            learning_rate: 1e-3
            weight_decay: 0.1
            """).Recipe);
        Assert.Equal((NetworkFamily.Lm, 1024.0), (budget.Family, budget.Batch));
    }

    [Fact]
    public void What_is_measured_decides_the_warm_up_and_stands_as_measured_here()
    {
        var recipe = Recipe(64, "0.1");
        var budget = MeasuredBudget.Of(recipe) with { Rate = new(0.1, Lab.Advice.Standing.Given, "as given") };
        List<string> told = [];
        var measured = MeasuredBudget.Of(recipe, budget, tests: 1, threads: 1, told.Add, TestContext.Current.CancellationToken);
        Assert.Null(measured.Rates);
        Assert.Equal(2, told.Count);
        var advice = Lab.Advice.Advice.Of(measured.Budget);
        Assert.Equal(measured.Budget.Noise!.StartNorm, advice.MeasuredNorm!.StartNorm);
        Assert.All(advice.Numbers.Where(number => number.Name is "warm-up" or "batch"),
            number => Assert.Equal(Lab.Advice.Standing.MeasuredHere, number.Standing));
        Assert.Equal("64", advice.Numbers.Single(number => number.Name == "batch").Text);
    }

    [Theory]
    [InlineData("model.norm", "model.norm=none")]
    [InlineData("equivalent", "equivalent={form: texp++}")]
    [InlineData("momentum", "momentum={linear: {from: 0.9, to: 0.5}}")]
    [InlineData("duration", "duration=20ba")]
    public void What_the_rules_do_not_cover_is_refused_by_its_key(string key, string change) =>
        Assert.StartsWith(key, Assert.Throws<InputException>(() => MeasuredBudget.Of(Recipe(64, "0.1", change))).Message,
            StringComparison.Ordinal);

    private static GradientNoise NoiseAt(int batch)
    {
        var recipe = Recipe(batch, Standing);
        return GradientNoise.Of(recipe, RecipeData.Load(recipe.Data!), threads: 1, TestContext.Current.CancellationToken);
    }

    private static Recipe Recipe(int batch, string rate, params string[] changes) => RecipeReader.Read(
        $"""
        duration: 200ba
        data: {"{"}set: digits, batch: {batch}{"}"}
        model: {"{"}name: mlp, hidden: [16], norm: layer{"}"}
        learning_rate: {rate}
        weight_decay: 5e-4
        momentum: 0.9
        """, "recipe", changes).Recipe;
}
