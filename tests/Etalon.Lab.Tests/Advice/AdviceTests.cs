using Etalon.Lab.Advice;
using Etalon.Lab.Recipes;
using Etalon.Schedules;

namespace Etalon.Lab.Tests.Advice;

public class AdviceTests
{
    // Half a unit of the sixth digit, where the first digit is 1.
    private const double SixDigits = 5.1e-6;

    private static readonly AdvisedRule _sgd = new(AdvisedOptimizer.Sgd, 0.9);

    public static TheoryData<string, double, double, double[], double, double> GoldenCases => new()
    {
        // name, rate, decay, units by phase, epochs per unit, angle at the peak's equilibrium
        { "A1", 0.1, 0.00047954, [15, 0.75, 0.075], 5.33333, 0.00710478 },
        { "A2", 0.1, 0.00047954, [15], 5.33333, 0.00710478 },
        { "A3", 0.1, 9.99001e-05, [15, 1.5, 0.15], 2, 0.00324281 },
        { "A4", 3.2, 9.95223e-05, [15, 1.5, 0.15], 2, 0.0183094 },
        { "A5", 0.256, 3.25196e-05, [15], 3, 0.00297993 },
        { "A6", 0.001, 0.0798722, [15], 10, 0.00289959 },
        { "A7", 0.0006, 0.0757576, [15], double.NaN, 0.00218739 },
        { "A8", 0.0006, 1.49738, [2.24606], double.NaN, 0.00972477 },
        { "A9", 0.1, 0.0038, [1.311], 11.4416, 0.02 },
        { "A10", 0.1, 0.0038, [1.786], 2.79955, 0.02 },
    };

    [Theory]
    [MemberData(nameof(GoldenCases))]
    public void Decay_units_time_and_angle_are_those_of_the_reference_to_six_digits(
        string name, double rate, double decay, double[] units, double epochs, double angle)
    {
        var advice = Lab.Advice.Advice.Of(BudgetOf(name));
        AssertClose(rate, advice.Rate);
        AssertClose(decay, advice.WeightDecay);
        Assert.Equal(units.Length, advice.UnitsByPhase.Count);
        foreach (var (expected, unit) in units.Zip(advice.UnitsByPhase)) AssertClose(expected, unit);
        if (!double.IsNaN(epochs)) AssertClose(epochs, advice.EpochsPerUnit!.Value);
        AssertClose(angle, advice.Angle);
    }

    [Theory]
    [InlineData("A1", 0.018)]
    [InlineData("A4", 0.121)]
    [InlineData("A5", 0.002)]
    [InlineData("A9", 0.144)]
    public void The_product_of_rate_and_decay_stands_beside_where_the_norm_oscillates(string name, double share) =>
        Assert.Equal(share, Lab.Advice.Advice.Of(BudgetOf(name)).ShareOfOscillation!.Value, 0.0005);

    [Fact]
    public void A_drop_fades_as_the_reference_says()
    {
        Assert.Equal([0.2628, 0.1142], Lab.Advice.Advice.Of(BudgetOf("A1")).AfterDrops.Select(rate => Math.Round(rate, 4)));
        Assert.Equal([0.3128, 0.1298], Lab.Advice.Advice.Of(BudgetOf("A3")).AfterDrops.Select(rate => Math.Round(rate, 4)));
    }

    // The reference's warm-up of A6 is 3171, an update less than the law gives; NormWarmupTests has the computation.
    [Theory]
    [InlineData("A6", 0.0791202, 3.956, 3172, 0.0002528, 0.316, 2.34)]
    [InlineData("A7", 0.0629285, 3.146, 6444, 0.0001907, 0.2384, 2.29)]
    [InlineData("A8", 0.0141545, 0.7077, 0, 0.0008478, 1.06, 1.46)]
    public void AdamWs_norm_needs_no_probe(
        string name, double rms, double overshoot, long warmup, double rate, double decay, double growth)
    {
        var advice = Lab.Advice.Advice.Of(BudgetOf(name));
        AssertClose(rms, advice.Norm!.EquilibriumRms);
        Assert.Equal(overshoot, advice.Norm.OvershootWithout, 0.0005);
        Assert.Equal(warmup, advice.ShortestWarmup);
        Assert.Equal(rate, advice.Norm.BalancedRate, 5e-8);
        Assert.Equal(decay, advice.Norm.BalancedDecay, 0.0005 * decay + 0.0005);
        Assert.Equal(growth, advice.GradientGrowth!.Value, 0.005);
    }

    [Theory]
    [InlineData("A9", 0.0434783, 0.0874)]
    [InlineData("A10", 0.0319149, 0.119067)]
    public void An_angle_beyond_what_published_recipes_have_lowers_the_decay_and_says_so(string name, double before, double share)
    {
        var advice = Lab.Advice.Advice.Of(BudgetOf(name));
        AssertClose(before, advice.DecayBeforeLimits);
        Assert.Equal(share, advice.WeightDecay / advice.DecayBeforeLimits, 5e-6);
        Assert.Contains("0.02 rad", advice.Binding!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_more_warm_up_than_is_published_GPT_2_turns_too_fast_at_first()
    {
        // Decay 0.1, start 0.02: 2.3 times the equilibrium's after the published 2,000 updates.
        var norm = new AdamWarmup(new(AdvisedOptimizer.AdamW, 0.9, 0.95), 6e-4, 0.1, 0.02);
        Assert.Equal(2.3, norm.Overshoot(2000), 0.05);
    }

    [Fact]
    public void Updates_of_Lion_follow_each_other_as_the_arcsine_law_says()
    {
        Assert.Equal(45.9269938571, new AdvisedRule(AdvisedOptimizer.Lion, 0.9, 0.99).Correlation, 1e-9);
        Assert.Equal(58.0773319838, new AdvisedRule(AdvisedOptimizer.Lion, 0.95, 0.98).Correlation, 1e-9);
    }

    [Theory]
    [InlineData(20.16129, 4.492126)]
    [InlineData(1, 2)]
    [InlineData(1e5, 60)]
    public void A_language_model_that_sees_its_data_once_has_units_by_tokens_per_parameter(double tokens, double units) =>
    Assert.Equal(units,
        Lab.Advice.Advice.Of(BudgetOf("A8") with { TokensPerParameter = tokens, Shape = new RateShape.Flat(), Units = null }).WantedUnits,
        1e-5);

    [Theory]
    [InlineData(4.492126)]
    public void Its_units_at_the_peak_are_those_of_its_tokens_whatever_the_schedule_is(double units)
    {
        RateShape[] shapes = [new RateShape.Flat(), new RateShape.Linear(), new RateShape.Cosine(0.1), new RateShape.Plateau(),
            RateShape.Drops.Usual(5000)];
        foreach (var shape in shapes)
            foreach (long warmup in new[] { 0, 100 })
            {
                var budget = BudgetOf("A8") with { TokensPerParameter = 20.16129, Shape = shape, Units = null, Warmup = warmup };
                Assert.Equal(units, Lab.Advice.Advice.Of(budget).UnitsPerUpdate * 5000, 1e-5);
            }
    }

    [Fact]
    public void A_language_model_without_its_tokens_has_the_decay_of_published_ones_unless_15_units_ask_for_less()
    {
        var budget = BudgetOf("A7") with { TotalSteps = 100_000 };
        Assert.Equal(0.1, Lab.Advice.Advice.Of(budget).WeightDecay, 1e-12);
        Assert.Equal("0.43", Lab.Advice.Advice.Of(
            budget with { Rule = new(AdvisedOptimizer.Lion, 0.9, 0.99), StartRms = null }).DecayText);
        Assert.Equal(15, Lab.Advice.Advice.Of(budget with { TotalSteps = 1_000_000 }).UnitsByPhase[0], 1e-9);
        Assert.Equal(12, Lab.Advice.Advice.Of(budget with { Units = 12 }).UnitsByPhase[0], 1e-9);
        // One that repeats its data is as other networks are.
        Assert.Equal(15, Lab.Advice.Advice.Of(budget with { StepsPerEpoch = 2000 }).UnitsByPhase[0], 1e-9);
    }

    public static TheoryData<string, long> Shapes => new(
        from shape in new[] { "steps", "wsd", "constant", "cosine", "linear", "linear to a tenth" }
        from warmup in new long[] { 0, 500, 2000 }
        select (shape, warmup));

    // The updates of the recipe itself are summed; a sum differs from an integral by an update at most at each joint.
    [Theory, MemberData(nameof(Shapes))]
    public void The_units_by_phase_are_those_of_the_recipe_that_is_advised(string word, long warmup)
    {
        RateShape shape = word switch
        {
            "steps" => new RateShape.Drops([8000, 14_000]),
            "wsd" => new RateShape.Plateau(),
            "constant" => new RateShape.Flat(),
            "cosine" => new RateShape.Cosine(),
            "linear" => new RateShape.Linear(),
            _ => new RateShape.Linear(0.1),
        };
        var budget = BudgetOf("A1") with { TotalSteps = 20_000, StepsPerEpoch = 200, Shape = shape, Warmup = warmup };
        var advice = Lab.Advice.Advice.Of(budget);
        var recipe = RecipeReader.Read(AdvisedRecipe.TextOf(advice, "20000ba"), "advised.yaml").Recipe;
        double written = ((Constant)recipe.WeightDecay).Value;
        Assert.Equal(15, advice.UnitsByPhase[0], 1e-9);
        double[] sums = [.. advice.UnitsByPhase.Select((_, phase) => Enumerable.Range(0, 20_000)
            .Where(step => word != "steps" || phase == (step < 8000 ? 0 : step < 14_000 ? 1 : 2))
            .Sum(step => recipe.LearningRate.ValueAt(step) * advice.WeightDecay / (1 - 0.9)))];
        foreach (var (sum, units) in sums.Zip(advice.UnitsByPhase)) Assert.Equal(1, units / sum, 3.0 / 6000);
        Assert.Equal(1, written / advice.WeightDecay, 0.05);
    }

    [Theory]
    [InlineData(0.9, 20)]
    [InlineData(0.95, 40)]
    [InlineData(0.98, 100)]
    [InlineData(0.999, 2000)]
    public void The_warm_up_of_the_squares_is_2_over_1_less_beta2(double beta2, long updates) => Assert.Equal(updates, Lab.Advice.Advice.Of(
        BudgetOf("A7") with { Rule = new(AdvisedOptimizer.AdamW, 0.9, beta2), StartRms = null, Warmup = null }).Warmup);

    // 5 epochs of 40 updates are 200, and 250 updates are a twentieth of the run.
    [Theory]
    [InlineData(8192.0, 40.0, 200)]
    [InlineData(8192.0, null, 250)]
    [InlineData(512.0, null, 0)]
    public void A_large_batch_of_sgd_is_warmed_up_also_where_nobody_says_how_long_an_epoch_is(
        double batch, double? perEpoch, long updates) =>
        Assert.Equal(updates, Lab.Advice.Advice.Of(
            BudgetOf("A2") with { TotalSteps = 5000, StepsPerEpoch = perEpoch, Batch = batch, Warmup = null }).Warmup);

    [Fact]
    public void A_warm_up_that_is_not_over_when_the_rate_falls_is_refused()
    {
        foreach (RateShape shape in new RateShape[] { new RateShape.Drops([2000]), new RateShape.Plateau() })
        {
            var budget = BudgetOf("A1") with { TotalSteps = 4000, Shape = shape, Warmup = 3500 };
            Assert.Contains("is not over before the rate falls",
                Assert.Throws<InputException>(() => Lab.Advice.Advice.Of(budget)).Message, StringComparison.Ordinal);
        }
    }

    // Half of a warm-up brings the decay from below a limit to beyond it.
    [Fact]
    public void A_limit_that_binds_only_by_the_warm_up_is_named()
    {
        var budget = BudgetOf("A1") with { TotalSteps = 4000, StepsPerEpoch = null, Shape = new RateShape.Flat(), Warmup = 200 };
        var without = Lab.Advice.Advice.Of(budget with { Warmup = 0, Units = 15.1 });
        var with = Lab.Advice.Advice.Of(budget with { Units = 15.1 });
        Assert.Null(without.Binding);
        Assert.Equal(0.02, with.Angle, 1e-12);
        Assert.NotNull(with.Binding);
    }

    [Fact]
    public void A_cosine_to_0_has_the_same_decay_with_a_warm_up_as_without()
    {
        var advice = Lab.Advice.Advice.Of(BudgetOf("A6") with { Warmup = null });
        Assert.Equal(3172, advice.Warmup);
        AssertClose(0.0798722, advice.WeightDecay);
    }

    private static Budget BudgetOf(string name)
    {
        var adamW = new AdvisedRule(AdvisedOptimizer.AdamW, 0.9, 0.999);
        var images = new Budget { Rule = _sgd, Family = NetworkFamily.ConvBn, TotalSteps = 62_560, StepsPerEpoch = 391, Batch = 128 };
        var language = new Budget
        {
            Rule = adamW with { Beta2 = 0.95 },
            Family = NetworkFamily.Lm,
            TotalSteps = 600_000,
            Batch = 5e5,
            StartRms = 0.02,
            Warmup = 0,
        };
        return name switch
        {
            "A1" => images with { Shape = RateShape.Drops.Usual(62_560) },
            "A2" => images with { Shape = new RateShape.Cosine() },
            "A3" => images with
            {
                TotalSteps = 450_450,
                StepsPerEpoch = 5005,
                Batch = 256,
                ImageSize = 224,
                Shape = new RateShape.Drops([150_150, 300_300]),
            },
            "A4" => images with
            {
                TotalSteps = 14_130,
                StepsPerEpoch = 157,
                Batch = 8192,
                ImageSize = 224,
                Warmup = 0,
                Shape = new RateShape.Drops([4710, 9420]),
            },
            "A5" => images with
            {
                Rule = _sgd with { Momentum = 0.875 },
                TotalSteps = 450_450,
                StepsPerEpoch = 5005,
                Batch = 256,
                Rate = new AdvisedRate(0.256, Standing.Given, "NVIDIA's"),
            },
            "A6" => images with
            {
                Rule = adamW,
                Family = NetworkFamily.Vit,
                TotalSteps = 375_600,
                StepsPerEpoch = 1252,
                Batch = 1024,
                StartRms = 0.02,
                Warmup = 0,
            },
            "A7" => language with { Shape = new RateShape.Cosine(0.1) },
            "A8" => language with { TotalSteps = 5000, Units = 4.492126 / 2 },
            "A9" => images with { TotalSteps = 690, StepsPerEpoch = 23, Batch = 64, Rate = new(0.1, Standing.Given, "the digits'") },
            _ => images with { TotalSteps = 940, StepsPerEpoch = 94 },
        };
    }

    private static void AssertClose(double expected, double actual) =>
        Assert.True(Math.Abs(actual / expected - 1) <= SixDigits, $"{actual:R} where {expected:R} was expected");
}
