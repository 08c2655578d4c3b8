using Etalon.Schedules.Dynamics;
using Etalon.Schedules.Equivalence;
using FsCheck;
using FsCheck.Fluent;

namespace Etalon.Schedules.Tests.Dynamics;

public class RelaxationTests
{
    private static readonly Config _fixed = Config.QuickThrowOnFailure.WithMaxTest(100).WithReplay(20101006, 42424243);

    [Theory]
    [InlineData(0, 100), InlineData(0, 0.01), InlineData(0.9, 100), InlineData(0.9, 2)]
    public void The_closed_form_is_what_updating_step_by_step_gives(double momentum, double start)
    {
        // η λ = 1e-6: the closed form is off by η λ/(1 - μ)², here up to 1e-4.
        var update = new SteadyUpdate(0.1, 1e-5, momentum);
        var equilibrium = Equilibrium.Of(update, 9);
        var norm = equilibrium.Norm * Math.Pow(start, 0.25);
        var relaxation = new Relaxation(update, 9, norm);
        var state = NormState.Settled(update, norm, 9);
        var unit = (long)Math.Round(1 / update.UnitsPerStep);
        for (var step = 1L; step <= unit; step++)
        {
            state = state.Next(update.Rule, update.Numbers, 9);
            if (step % (unit / 10) == 0) Assert.Equal(1, relaxation.NormAt(step) / state.Norm, 1e-4);
        }
    }

    [Fact]
    public void Without_decay_the_norm_state_grows_by_2S_a_step()
    {
        var relaxation = new Relaxation(new SteadyUpdate(0.1, 0), 9, 2);
        Assert.Equal(16 / 0.01 + 2 * 9 * 500, relaxation.GammaAt(500), 1e-9);
        Assert.Equal(double.PositiveInfinity, relaxation.StepsTo(0.05));
    }

    [Theory]
    // The steps that simulations took were 3797, 1487 and 25978.
    [InlineData(5e-4, 100, 0.05, 3795), InlineData(5e-4, 0.01, 0.05, 1493), InlineData(5e-5, 10, 0.05, 25965)]
    public void The_time_to_equilibrium_is_that_of_the_table(double intrinsic, double gammaOverEquilibrium, double tolerance, double steps)
    {
        var update = new SteadyUpdate(1, intrinsic);
        var relaxation = new Relaxation(update, 5, Equilibrium.Of(update, 5).Norm * Math.Pow(gammaOverEquilibrium, 0.25));
        Assert.Equal(steps, relaxation.StepsTo(tolerance), 2.0);
        Assert.Equal(tolerance, Math.Abs(relaxation.GammaAt(relaxation.StepsTo(tolerance)) / relaxation.GammaAt(1e9) - 1), 1e-9);
    }

    [Fact]
    public void After_a_drop_by_ten_the_effective_rate_climbs_back_to_one_over_root_ten()
    {
        var drop = new Transition(new SteadyUpdate(1, 5e-5), new SteadyUpdate(0.1, 5e-5));
        Assert.Equal(0.1, drop.EffectiveRateAtOnce, 1e-15);
        Assert.Equal(0.1, drop.EffectiveRateAt(0), 1e-12);
        // Measured, at 0.4, 0.6 and 1 mixing units after the drop: 0.188, 0.235, 0.294.
        foreach (var (units, expected) in new[] { (0.4, 0.188), (0.6, 0.235), (1, 0.293) })
            Assert.Equal(expected, drop.EffectiveRateAt(units / drop.After.UnitsPerStep), 6e-4);
        Assert.Equal(1 / Math.Sqrt(10), drop.EffectiveRateLater, 1e-4);
        Assert.Equal(Math.Log(9 / 0.05) / (4 * 5e-6), drop.StepsTo(0.05), 20.0);
    }

    [Fact]
    public void A_smaller_decay_does_nothing_at_once_and_the_same_in_the_end()
    {
        var (rate, decay) = (new Transition(new SteadyUpdate(1, 5e-5), new SteadyUpdate(0.1, 5e-5)),
            new Transition(new SteadyUpdate(1, 5e-5), new SteadyUpdate(1, 5e-6)));
        Assert.Equal(1, decay.EffectiveRateAtOnce);
        Assert.Equal(rate.EffectiveRateLater, decay.EffectiveRateLater, 1e-12);
        Assert.Equal(Math.Pow(10, 0.25), decay.NormLater, 1e-4);
    }

    [Fact]
    public void With_the_same_product_the_equilibrium_is_the_same()
    {
        var both = new Transition(new SteadyUpdate(1, 5e-4, 0.9), new SteadyUpdate(0.1, 5e-3, 0.9));
        Assert.Equal(0.1, both.EffectiveRateAtOnce, 1e-15);
        Assert.Equal(1, both.EffectiveRateLater, 1e-14);
        Assert.Equal(Math.Pow(10, -0.5), both.NormLater, 1e-14);
    }

    [Fact]
    public void Rescaled_weights_are_at_equilibrium_at_once()
    {
        var drop = new Transition(new SteadyUpdate(1, 1e-4, 0.9), new SteadyUpdate(0.1, 1e-4, 0.9));
        var before = Equilibrium.Of(drop.Before, 3);
        Assert.Equal(Math.Pow(10, -0.25), drop.NormLater, 1e-3);
        Assert.Equal(0, new Relaxation(drop.After, 3, before.Norm * drop.NormLater).StepsTo(1e-9));
    }

    [Fact]
    public void A_curve_has_the_unit_of_the_weights_and_nothing_else_has_it() =>
        Prop.ForAll(Gen.Choose(-40, 40).ToArbitrary(), Gen.Choose(0, 90).ToArbitrary(), (log, momentum) =>
        {
            var c = Math.Exp(0.1 * log);
            var schedule = new UpdateSchedule
            {
                LearningRate = new Cosine(0.3, 0.01, 200),
                WeightDecay = 0.02,
                Momentum = momentum * 0.01,
                TotalSteps = 200,
            };
            var scaled = schedule with
            {
                LearningRate = new Scaled(schedule.LearningRate, c * c),
                WeightDecay = new Scaled(schedule.WeightDecay, 1 / (c * c))
            };
            var (one, other) = (NormCurve.Of(UpdateTable.Of(schedule), NormState.AtRest(2), 5),
                NormCurve.Of(UpdateTable.Of(scaled), NormState.AtRest(2 * c), 5));
            return Enumerable.Range(0, 200).All(step =>
                Math.Abs(other.NormAt(step) / one.NormAt(step) / c - 1) < 1e-11
                && Math.Abs(other.EffectiveRateAt(step) / one.EffectiveRateAt(step) - 1) < 1e-11
                && Math.Abs(other.AngleAt(step) - one.AngleAt(step)) < 1e-11);
        }).Check(_fixed);

    [Fact]
    public void A_rate_and_a_norm_beyond_float64_do_not_matter()
    {
        var table = UpdateTable.Of(new UpdateSchedule
        {
            LearningRate = 0.1,
            WeightDecay = 0.01,
            Momentum = 0,
            TotalSteps = 400_000,
        });
        var source = NormCurve.Of(table, NormState.AtRest(2), 5);
        var target = NormCurve.Of(ConstantRate.Convert(table).Target, NormState.AtRest(2), 5);
        Assert.True(target.LogNormAt(400_000) > 390);
        Assert.Equal(1, target.EffectiveRateAt(399_999) / source.EffectiveRateAt(399_999), 2e-3);
        Assert.Equal(source.AngleAt(399_999), target.AngleAt(399_999), 1e-9);
    }

    [Fact]
    public void An_equilibrium_is_told_for_each_step_that_has_one()
    {
        var table = UpdateTable.Of(
            new UpdateSchedule
            {
                LearningRate = 0.1,
                WeightDecay = new Sequence(new Constant(0.01, 5), new Constant(0)),
                Momentum = 0,
                TotalSteps = 10,
            });
        var curve = NormCurve.Of(table, NormState.AtRest(2), 5);
        Assert.Equal(Equilibrium.Of(new SteadyUpdate(0.1, 0.01), 5).Norm, curve.EquilibriumAt(4)!.Norm, 1e-14);
        Assert.Null(curve.EquilibriumAt(5));
        Assert.Throws<ArgumentOutOfRangeException>(() => curve.NormAt(11));
        Assert.Throws<ArgumentOutOfRangeException>(() => curve.AngleAt(10));
    }
}
