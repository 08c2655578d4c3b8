using Etalon.Schedules.Equivalence;

namespace Etalon.Schedules.Tests.Equivalence;

public class ConstantRateTests
{
    private static readonly UpdateTable _standard =
        UpdateTable.Of(new UpdateSchedule
        {
            LearningRate = 0.1,
            WeightDecay = 5e-4,
            Momentum = 0.9,
            TotalSteps = 391 * 10,
            StepsPerEpoch = 391,
        });

    // Numbers of 50-digit arithmetic, to the digits that float64 holds or that they were printed with.
    [Fact]
    public void The_standard_recipe_grows_by_1_481_an_epoch()
    {
        var logRoot = ConstantRate.LogRoot(5e-5, 0.9);
        Assert.Equal(0.99949772836789184821, Math.Exp(logRoot), 1.2e-16);
        Assert.Equal(1.0010053006, Math.Exp(-2 * logRoot), 5e-11);
        Assert.Equal(1.4812333563, Math.Exp(-782 * logRoot), 5e-11);
        Assert.Equal(1.4797457670, Math.Exp(-780 * logRoot), 5e-11);
        Assert.Equal(1.0398937975, Math.Exp(-782 * ConstantRate.LogRoot(5e-6, 0.9)), 5e-11);
        Assert.Equal(1.0039178405, Math.Exp(-782 * ConstantRate.LogRoot(5e-7, 0.9)), 5e-11);
        Assert.Equal(0.01899, 5e-5 / ConstantRate.LargestIntrinsicRate(0.9), 5e-6);
    }

    [Fact]
    public void The_conversion_says_its_growth_and_its_first_rate()
    {
        var conversion = ConstantRate.Convert(_standard);
        Assert.Equal(0.10005025240357, conversion.Target[0].Rate, 5e-15);
        Assert.Equal(1.4812333563, Math.Exp(conversion.Range.MeanLogGrowthPerEpoch!.Value), 5e-11);
    }

    [Fact]
    public void Both_roots_solve_the_equation()
    {
        foreach (var momentum in new[] { 0.1, 0.5, 0.9, 0.99 })
            foreach (var share in new[] { 1e-6, 0.01, 0.5, 1 })
                foreach (var root in Enum.GetValues<GrowthRoot>())
                {
                    var d = share * ConstantRate.LargestIntrinsicRate(momentum);
                    var x = Math.Exp(ConstantRate.LogRoot(d, momentum, root));
                    Assert.Equal(0, x * x - (1 + momentum - d) * x + momentum, 1e-15);
                }
    }

    [Fact]
    public void The_larger_root_keeps_its_digits_where_the_decay_is_tiny()
    {
        // z = 1 - d/(1 - μ) - μ d²/(1 - μ)³ - ...; at d = 1e-12 the second term is 1e-21 relative.
        Assert.Equal(1, ConstantRate.LogRoot(1e-12, 0.9) / (-1e-12 / 0.1), 1e-10);
        Assert.Equal(1, ConstantRate.LogRoot(1e-15, 0.5) / (-1e-15 / 0.5), 1e-14);
    }

    [Theory]
    [InlineData(GrowthRoot.Larger, 240)]
    // The smaller root multiplies the weights by 1/μ and more a step: rounding errors grow as fast, so a shorter run is all float64 can
    // show.
    [InlineData(GrowthRoot.Smaller, 40)]
    public void With_the_buffer_corrected_both_roots_are_exact(GrowthRoot root, int steps)
    {
        var source = UpdateTable.Of(new UpdateSchedule
        {
            LearningRate = 0.2,
            WeightDecay = 0.01,
            Momentum = 0.9,
            TotalSteps = steps,
        });
        var conversion = ConstantRate.Convert(source, root);
        Assert.Single(conversion.Corrections);
        SideBySide.AssertSame(conversion, withBuffer: true);
    }

    [Fact]
    public void Without_the_correction_it_is_off_by_a_tenth()
    {
        var conversion = ConstantRate.Convert(UpdateTable.Of(TestSchedules.Constant));
        var (source, target) = (SideBySide.From(SideBySide.Loss), SideBySide.From(SideBySide.Loss));
        Assert.InRange(SideBySide.Distance(source, conversion.Source, target, conversion.Target, []), 0.05, 0.5);
    }

    [Fact]
    public void The_correction_is_that_of_the_theorem()
    {
        var map = ConstantRate.Convert(_standard).Corrections[0].Map;
        var alpha = 0.99949772836789184821;
        Assert.Equal(0, map.LogScale);
        Assert.Equal((1 - alpha) / (alpha * 0.1), map.Share.Value, 2e-15);
    }

    [Fact]
    public void Above_the_limit_it_refuses_and_says_what_to_change()
    {
        var source = UpdateTable.Of(new UpdateSchedule
        {
            LearningRate = 0.28,
            WeightDecay = 0.01,
            Momentum = 0.9,
            TotalSteps = 100,
        });
        var failure = Assert.Throws<EquivalenceException>(() => ConstantRate.Convert(source));
        Assert.Equal(0, failure.Step);
        Assert.Matches(@"η λ = 0\.0028.* exceeds \(1 - √μ\)² = 0\.00263.* lower rate, decay or momentum", failure.Message);
    }

    [Fact]
    public void A_number_that_changes_is_refused_with_the_step_and_the_form_that_fits()
    {
        var failure = Assert.Throws<EquivalenceException>(() => ConstantRate.Convert(TestSchedules.Table("step decay")));
        Assert.Equal(80, failure.Step);
        Assert.Contains("texp", failure.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Growth_gives_the_decay_back()
    {
        foreach (var momentum in new[] { 0, 0.5, 0.9, 0.99 })
            foreach (var share in new[] { 1e-6, 0.01, 0.5, 0.99 })
            {
                var d = share * ConstantRate.LargestIntrinsicRate(momentum);
                Assert.Equal(1, ConstantRate.IntrinsicRateOf(-2 * ConstantRate.LogRoot(d, momentum), momentum) / d, 1e-12);
            }
        Assert.Throws<EquivalenceException>(() => ConstantRate.IntrinsicRateOf(-Math.Log(0.9) * 1.001, 0.9));
    }

    [Fact]
    public void An_exponential_recipe_goes_back_to_constant_rate_and_decay()
    {
        var exponential = ConstantRate.Convert(UpdateTable.Of(TestSchedules.Constant)).Target;
        var back = Converter.Convert(exponential, EquivalentForm.WeightDecay);
        Assert.Equal(0.2, back.Target[100].Rate, 1e-14);
        Assert.Equal(0.01, back.Target[100].WeightDecay, 1e-14);
        SideBySide.AssertSame(back, withBuffer: true);
    }

    [Fact]
    public void A_rate_that_does_not_grow_steadily_has_no_one_decay()
    {
        var failure =
            Assert.Throws<EquivalenceException>(() => GrowthToDecay.Convert(TexpPlusPlus.Convert(TestSchedules.Table("constant")).Target));
        Assert.Contains("name the decay wanted", failure.Message, StringComparison.Ordinal);
    }
}
