using Etalon.Lab.RangeTests;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Tests.RangeTests;

public sealed class AppliedRateTests
{
    public static TheoryData<string> Schedules =>
    [
        "0.3",
        "{steps: {start: 0.3, at: [2ep, 3ep], factor: 0.1}}",
        "[{warmup: {peak: 0.3, for: 1ep}}, {cosine: {from: 0.3, to: 0.003}}]",
        "[{linear: {from: 0, to: 0.2, for: 1ep}}, {constant: {value: 0.3, for: 1ep}}, {polynomial: {from: 0.1, to: 0.01, power: 2}}]",
        "{exponential: {from: 0.3, factor: 0.5, every: 1ep}}",
        "{inverse_sqrt: {peak: 0.3, shift: 10ba}}",
        "{restarts: {from: 0.3, to: 0.01, period: 1ep, growth: 2, peak_decay: 0.7}}",
        "{triangular: {low: 0.01, high: 0.3, period: 1ep, decay: 0.9}}",
        "{one_cycle: {peak: 0.3, for: 4ep}}",
        "{wsd: {peak: 0.3, warmup: 1ep, stable: 1ep, decay: 2ep, to: 0.001}}",
        "{table: {values: [0.3, 0.2, 0.1]}}",
        "{table: {values: [-1, -2, -3], logarithmic: true}}",
        "{scaled: {factor: 0.5, of: {cosine: {from: 0.6, to: 0}}}}",
        "{repeated: {times: 4, of: {linear: {from: 0.3, to: 0, for: 1ep}}}}",
        "{stretched: {factor: 2, of: {linear: {from: 0.3, to: 0, for: 2ep}}}}",
    ];

    [Theory, MemberData(nameof(Schedules))]
    public void Every_update_of_a_scaled_recipe_has_the_same_share_of_its_rate_also_when_it_is_written_and_read(string schedule)
    {
        var recipe = Read($"learning_rate={schedule}");
        double peak = AppliedRate.PeakOf(recipe);
        var read = RecipeReader.Read(RecipeWriter.ToYaml(AppliedRate.To(recipe, peak, 0.057))).Recipe;
        // The numbers are rounded to twelve digits.
        Assert.Equal(0.057, AppliedRate.PeakOf(read), 0.057 * 1e-11);
        for (long step = 0; step < recipe.TotalSteps; step++)
        {
            double expected = recipe.LearningRate.ValueAt(step) * 0.057 / peak;
            Assert.Equal(expected, read.LearningRate.ValueAt(step), 0.057 * 1e-11);
        }
        Assert.Equal(recipe.WeightDecay, read.WeightDecay);
        Assert.Equal(recipe.Momentum.ValueAt(7), read.Momentum.ValueAt(7));
    }

    [Fact]
    public void The_rates_of_groups_are_scaled_too_and_all_else_is_kept()
    {
        var recipe = Read("learning_rate=0.4", "optimizer.groups={head: {learning_rate: 0.1, weight_decay: 0}, norm: {weight_decay: 0}}",
            "seed=9", "loss={label_smoothing: 0.1}");
        var read = RecipeReader.Read(RecipeWriter.ToYaml(AppliedRate.To(recipe, 0.4, 0.2))).Recipe;
        Assert.Equal(0.05, read.Optimizer.Groups.Single(group => group.LearningRate is not null).LearningRate!.ValueAt(0));
        Assert.Equal(recipe.Hash, AppliedRate.To(read, 0.2, 0.4).Hash);
    }

    [Fact]
    public void What_is_written_is_what_was_found_and_says_so()
    {
        var source = Source("learning_rate={cosine: {from: 0.3, to: 0}}", "equivalent.form=texp++");
        var test = RateRangeTest.Run(source.Recipe, new RateTestOptions { Updates = 100 }, threads: 2,
            cancellation: TestContext.Current.CancellationToken);
        string text = AppliedRate.Text(test, source, "found.yaml", out var read);
        Assert.Equal(test.Rate!.Value, RecipeReader.Read(text).Recipe.LearningRate.ValueAt(0), 1e-11);
        Assert.NotNull(read.Equivalent);
        Assert.Contains($"so that the largest is {test.Rate:R}", text, StringComparison.Ordinal);
    }

    private static Recipe Read(params string[] overrides) => Source(overrides).Recipe;

    private static ReadRecipe Source(params string[] overrides) => RecipeReader.Read(
        """
        name: small
        duration: 4ep
        data: {set: digits, batch: 64}
        model: {name: mlp, hidden: [32]}
        learning_rate: 0.1
        weight_decay: 5e-4
        """, overrides: overrides);
}
