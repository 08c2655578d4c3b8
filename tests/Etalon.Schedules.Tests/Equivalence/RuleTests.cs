using Etalon.Schedules.Equivalence;

namespace Etalon.Schedules.Tests.Equivalence;

public class RuleTests
{
    [Theory]
    [InlineData(2e-4, 1.6e-4), InlineData(2e-3, 1.7e-3), InlineData(5e-3, 4e-3)]
    public void Nesterov_with_the_rates_of_the_heavy_ball_alone_is_off_by_about_eta_lambda(double decay, double known)
    {
        var source = UpdateTable.Of(
            TestSchedules.Constant with
            {
                WeightDecay = new Constant(decay),
                LearningRate = new Constant(0.2),
                Rule = new() { Nesterov = true }
            });
        var heavyBall = UpdateTable.Of(TestSchedules.Constant with { WeightDecay = new Constant(decay), LearningRate = new Constant(0.2) });
        Assert.InRange(RateOnly(source, heavyBall), known / 2, known * 2);
    }

    [Fact]
    public void Nesterov_momentum_and_look_ahead_stay_near_the_source()
    {
        var target = TexpPlusPlus.Convert(TestSchedules.Table("nesterov")).Target;
        Assert.All(target.Steps.ToArray(), step =>
        {
            Assert.InRange(step.Momentum, 0.9 * 0.98, 0.9 * 1.02);
            Assert.InRange(step.LookAhead, 0.9, 0.9 * 1.06);
        });
        Assert.True(target.Rule.Nesterov);
    }

    [Fact]
    public void The_nesterov_numbers_are_those_of_the_recurrence_with_all_its_parts()
    {
        // The same transform with the intermediate quantities a, x, A and B that the closed forms have eliminated.
        var source = TestSchedules.Table("nesterov, all change at once");
        var target = TexpPlusPlus.Convert(source).Target;
        var (x, k, p) = (1.0, 0.0, 1.0);
        for (var step = 0; step < source.Count - 1; step++)
        {
            var (eta, lambda, g) = (source[step].Rate, source[step].WeightDecay, source[step].Momentum);
            var a = 1 - eta * lambda * (1 + g) - eta * g * g * k;
            var (nextP, nextK) = (p / a, (g * k + lambda) / a);
            var nextX = 1 / (p * (1 + nextK * eta * (1 + g)));
            var bigG = nextX / x * g * (1 + nextK * eta * g);
            var (bigA, bigB) = (nextP * eta * g * g / x, nextP * p * eta * (1 + g));
            var rate = bigB - bigA / bigG;
            Assert.Equal(rate, target[step].Rate, 1e-12);
            Assert.Equal(bigG, target[step].Momentum, 1e-12);
            if (eta > 0) Assert.Equal(bigA / bigG / rate, target[step].LookAhead, 1e-12);
            (x, k, p) = (nextX, nextK, nextP);
        }
    }

    [Fact]
    public void Nesterov_with_dampening_is_refused()
    {
        var failure = Assert.Throws<EquivalenceException>(
            () => TexpPlusPlus.Convert(UpdateTable.Of(TestSchedules.Constant with { Rule = new() { Nesterov = true, Dampening = 0.1 } })));
        Assert.Contains("set dampening to 0", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decoupled_decay_with_a_rate_alone_is_off_by_about_eta_lambda()
    {
        var source =
            UpdateTable.Of(TestSchedules.Constant with { WeightDecay = new Constant(5e-4), Rule = new() { Decay = DecayForm.Decoupled } });
        var rates = TexpPlusPlus.Convert(source).Target.Steps.ToArray().Select(step => step with { Momentum = 0.9 });
        var wrong = new UpdateTable(new UpdateRule(), rates);
        var distance = SideBySide.Distance(SideBySide.From(SideBySide.Loss), source, SideBySide.From(SideBySide.Loss), wrong, []);
        Assert.InRange(distance, 5e-4 / 4, 5e-4 * 4);
    }

    [Fact]
    public void Decoupled_momentum_is_that_of_the_source_times_the_shrinkage_of_the_step_before()
    {
        var target = TexpPlusPlus.Convert(TestSchedules.Table("decoupled")).Target;
        Assert.Equal(0.9, target[0].Momentum);
        Assert.Equal(0.9 * (1 - 0.2 * 0.01), target[1].Momentum, 1e-15);
    }

    [Fact]
    public void Decoupled_nesterov_keeps_its_look_ahead_and_one_number_for_both_is_wrong()
    {
        var conversion = TexpPlusPlus.Convert(TestSchedules.Table("decoupled nesterov"));
        Assert.Equal(0.9 * (1 - 0.2 * 0.01), conversion.Target[1].Momentum, 1e-15);
        Assert.All(conversion.Target.Steps.ToArray(), step => Assert.Equal(0.9, step.LookAhead));
        var same = new UpdateTable(conversion.Target.Rule,
            conversion.Target.Steps.ToArray().Select(step => step with { LookAhead = step.Momentum }));
        var distance = SideBySide.Distance(SideBySide.From(SideBySide.Loss), conversion.Source, SideBySide.From(SideBySide.Loss), same, []);
        Assert.True(distance > 100 * SideBySide.Exact, $"{distance:R}");
    }

    [Fact]
    public void Every_rule_says_its_formula()
    {
        Assert.Equal("v ← μ v + g + λ w;  w ← w - η v", new UpdateRule().ToString());
        Assert.Equal("v ← μ v + g + λ w;  w ← w - η (g + λ w + ν v)", new UpdateRule { Nesterov = true }.ToString());
        Assert.Equal("v ← μ v + 0.75 (g);  w ← (1 - η λ) w - η v  (the first update with momentum undamped)",
            new UpdateRule { Dampening = 0.25, Decay = DecayForm.Decoupled }.ToString());
    }

    [Theory]
    [InlineData("AdamW", "scaled-gradient: gradients times P"), InlineData("adam", "use AdamW"), InlineData("LAMB",
        "keep its recipe"), InlineData("schedule-free", "point y"), InlineData("cautious decay", "decay all weights")]
    [InlineData("lars", "already free of the scale"), InlineData("wngrad", "convert that table")]
    public void What_has_no_equivalent_is_refused_with_the_reason(string name, string says) =>
        Assert.Contains(says, NoEquivalent.Of(name)!.Message, StringComparison.Ordinal);

    [Fact]
    public void Plain_sgd_is_not_refused() => Assert.Null(NoEquivalent.Of("sgd"));

    private static double RateOnly(UpdateTable source, UpdateTable heavyBall)
    {
        var rates = TexpPlusPlus.Convert(heavyBall).Target;
        var wrong = new UpdateTable(source.Rule, rates.Steps.ToArray().Select(step => step with { LookAhead = 0.9 }));
        return SideBySide.Distance(SideBySide.From(SideBySide.Loss), source, SideBySide.From(SideBySide.Loss), wrong, []);
    }
}
