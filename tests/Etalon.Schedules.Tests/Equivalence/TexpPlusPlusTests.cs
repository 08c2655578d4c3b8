using Etalon.Schedules.Equivalence;

namespace Etalon.Schedules.Tests.Equivalence;

public class TexpPlusPlusTests
{
    [Theory]
    [MemberData(nameof(TestSchedules.Names), MemberType = typeof(TestSchedules))]
    public void Without_decay_the_directions_are_the_same_at_every_step(string schedule)
    {
        var source = TestSchedules.Table(schedule);
        var conversion = TexpPlusPlus.Convert(source);
        Assert.True(SideBySide.Control(source) > SideBySide.Different);
        SideBySide.AssertSame(conversion);
        Assert.All(conversion.Target.Steps.ToArray(), step => Assert.Equal(0, step.WeightDecay));
        Assert.Empty(conversion.Corrections);
    }

    [Fact]
    public void Negative_decay_is_as_exact()
    {
        var source = TestSchedules.Table("constant").WithDecay(step => step < 120 ? 0.01 : -0.01);
        Assert.True(SideBySide.Control(source) > SideBySide.Different);
        SideBySide.AssertSame(TexpPlusPlus.Convert(source));
    }

    [Fact]
    public void A_buffer_that_is_not_empty_at_the_start_needs_no_correction() =>
        SideBySide.AssertSame(TexpPlusPlus.Convert(TestSchedules.Table("cosine")), withBuffer: true);

    [Fact]
    public void The_weights_are_P_times_those_of_the_source_and_the_state_maps_back()
    {
        foreach (var name in TestSchedules.All.Keys)
        {
            var conversion = TexpPlusPlus.Convert(TestSchedules.Table(name));
            var (source, target) = (SideBySide.From(SideBySide.Loss), SideBySide.From(SideBySide.Loss));
            source.Run(conversion.Source, [], _ => { });
            target.Run(conversion.Target, [], _ => { });
            target.Apply(conversion.StateAt(TestSchedules.Steps).Inverse());
            AssertNear(source.Weights, target.Weights);
            AssertNear(source.Buffer, target.Buffer);
        }
    }

    [Fact]
    public void A_run_may_change_over_at_a_checkpoint_with_the_state_reached_there()
    {
        var whole = UpdateTable.Of(TestSchedules.All["all change at once"]);
        var rest = UpdateTable.Of(TestSchedules.All["all change at once"], firstStep: 100);
        var before = TexpPlusPlus.Convert(whole);
        var after = TexpPlusPlus.Convert(rest, before.StateAt(100));
        for (var step = 100; step < TestSchedules.Steps; step++) Assert.Equal(before.Target[step], after.Target[step]);
        SideBySide.AssertSame(after, withBuffer: true);
        // The same with any other P and k.
        SideBySide.AssertSame(TexpPlusPlus.Convert(rest, new StateMap(1.7, SignedLog.Of(0.03), 0)), withBuffer: true);
    }

    [Fact]
    public void The_first_rate_is_divided_by_one_minus_eta_lambda()
    {
        var standard = UpdateTable.Of(new UpdateSchedule
        {
            LearningRate = 0.1,
            WeightDecay = 5e-4,
            Momentum = 0.9,
            TotalSteps = 10,
        });
        Assert.Equal(0.1 / (1 - 5e-5), TexpPlusPlus.Convert(standard).Target[0].Rate, 1e-15);
        Assert.Equal(0.100005000250, TexpPlusPlus.Convert(standard).Target[0].Rate, 5e-13);
    }

    [Theory]
    [InlineData("constant"), InlineData("step decay"), InlineData("triangular"), InlineData("restarts to a thousandth"), InlineData(
        "decay that changes")]
    public void The_rates_are_those_of_the_form_in_the_paper(string schedule)
    {
        // Theorem 2.13: α_t = 1 - η_{t-1} λ_{t-1} + μ (η_{t-1}/η_{t-2}) (1 - 1/α_{t-1}).
        var source = TestSchedules.Table(schedule);
        var target = TexpPlusPlus.Convert(source).Target;
        var (alpha, logScale) = (1.0, 0.0);
        for (var step = 0; step < source.Count; step++)
        {
            var ratio = step == 0 ? 0 : source[step].Rate / source[step - 1].Rate;
            alpha = 1 - source[step].IntrinsicRate + source[step].Momentum * ratio * (1 - 1 / alpha);
            var next = logScale - Math.Log(alpha);
            // The paper's form rounds 1 - 1/α to 1.1e-16 and multiplies it by the ratio of rates, 1000 at each of three restarts; α forgets
            // such an error in about 12 steps, ln P keeps their sum, and the rate takes it twice: 8e-12.
            Assert.Equal(source[step].LogRate + logScale + next, target[step].LogRate, 8e-12);
            logScale = next;
        }
    }

    [Theory]
    [InlineData(0.00264, 1172), InlineData(0.0028, 218), InlineData(0.004, 66), InlineData(0.01, 24)]
    public void Above_the_limit_alpha_fails_after_a_finite_number_of_steps(double intrinsicRate, int steps)
    {
        var source = UpdateTable.Of(new UpdateSchedule
        {
            LearningRate = 0.2,
            WeightDecay = intrinsicRate / 0.2,
            Momentum = 0.9,
            TotalSteps = 2000,
        });
        var failure = Assert.Throws<EquivalenceException>(() => TexpPlusPlus.Convert(source));
        // Steps are counted from 0.
        Assert.Equal(steps - 1, failure.Step);
        Assert.Contains($"at step {steps - 1}: α = 1 - η κ = -", failure.Message, StringComparison.Ordinal);
        Assert.Contains("lower rate, decay or momentum before this step", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_short_excursion_above_the_limit_is_harmless()
    {
        var source = UpdateTable.Of(TestSchedules.Of(new Sequence(new Constant(0.2, 100), new Constant(0.5, 5), new Constant(0.05))));
        Assert.True(source[102].IntrinsicRate > ConstantRate.LargestIntrinsicRate(0.9));
        SideBySide.AssertSame(TexpPlusPlus.Convert(source));
    }

    [Fact]
    public void Clipping_is_exact_with_the_threshold_divided_by_P_and_not_with_a_constant_one()
    {
        var conversion = TexpPlusPlus.Convert(TestSchedules.Table("constant"));
        Assert.InRange(Clipped(conversion, step => 0.5 / Math.Exp(conversion.LogScaleAt(step))), 0, SideBySide.Exact);
        Assert.True(Clipped(conversion, _ => 0.5) > SideBySide.Different);
    }

    private static double Clipped(Conversion conversion, Func<long, double> targetThreshold)
    {
        var (loss, start) = (SideBySide.Loss, SideBySide.Loss.Start());
        var source = new Simulation(loss, start, new double[start.Length]) { Clip = _ => 0.5 };
        var target = new Simulation(loss, start, new double[start.Length]) { Clip = targetThreshold };
        return SideBySide.Distance(source, conversion.Source, target, conversion.Target, []);
    }

    private static void AssertNear(double[] expected, double[] actual)
    {
        var scale = SphereLoss.Norm(expected);
        foreach (var (x, y) in expected.Zip(actual)) Assert.InRange(Math.Abs(x - y), 0, SideBySide.Exact * scale);
    }
}
