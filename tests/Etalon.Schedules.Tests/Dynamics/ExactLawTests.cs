using Etalon.Schedules.Dynamics;
using Etalon.Schedules.Equivalence;
using Etalon.Schedules.Tests.Equivalence;

namespace Etalon.Schedules.Tests.Dynamics;

/// <summary>The laws that hold with no approximation, against updates of real vectors on a scale-invariant loss.</summary>
public class ExactLawTests
{
    private static readonly SphereLoss _loss = new(20201006);

    [Theory, MemberData(nameof(TestSchedules.Names), MemberType = typeof(TestSchedules))]
    public void Norm_and_angle_follow_from_gradients_alone_under_every_schedule_and_rule(string name)
    {
        var table = TestSchedules.Table(name);
        var run = new Simulation(_loss, _loss.Start(), new double[_loss.Dimension]);
        var state = NormState.AtRest(SphereLoss.Norm(run.Weights));
        for (var step = 0L; step < table.End; step++)
        {
            var (square, dot) = Gradients(run, step);
            var before = run.Direction;
            run.Update(table.Rule, step, table[step]);
            state = state.Next(table.Rule, table[step], square, dot, isFirst: step == 0);
            // 240 steps of some tens of roundings each.
            Assert.Equal(1, state.Norm / SphereLoss.Norm(run.Weights), 1e-12);
            Assert.Equal(2 * Math.Asin(SphereLoss.Norm([.. run.Direction.Zip(before, (a, b) => a - b)]) / 2), state.Angle, 1e-12);
        }
    }

    [Fact]
    public void A_curve_driven_by_the_gradients_of_a_run_is_the_norm_of_the_run()
    {
        var table = TestSchedules.Table("all change at once");
        var run = new Simulation(_loss, _loss.Start(), new double[_loss.Dimension]);
        var (norms, gradients) = (new List<double>(), new List<(double Square, double Dot)>());
        for (var step = 0L; step < table.End; step++)
        {
            norms.Add(SphereLoss.Norm(run.Weights));
            gradients.Add(Gradients(run, step));
            run.Update(table.Rule, step, table[step]);
        }
        var curve = NormCurve.Of(table, NormState.AtRest(norms[0]), step => gradients[(int)step].Square, step => gradients[(int)step].Dot);
        Assert.All(norms, (norm, step) => Assert.Equal(1, curve.NormAt(step) / norm, 1e-12));
        Assert.Equal(1, curve.NormAt(table.End) / SphereLoss.Norm(run.Weights), 1e-12);
    }

    [Fact]
    public void Without_momentum_norm_gamma_and_phi_obey_their_recursions()
    {
        var table = UpdateTable.Of(
            new UpdateSchedule
            {
                LearningRate = new Sequence(new Constant(0.3, 100), new Cosine(0.3, 0.01, 140)),
                WeightDecay = new Linear(0.01, 0.002, 240),
                Momentum = 0,
                TotalSteps = 240,
            });
        var run = new Simulation(_loss, _loss.Start(), new double[_loss.Dimension]);
        var (lastPhi, lastSquare) = (double.NaN, double.NaN);
        for (var step = 0L; step < table.End; step++)
        {
            var (rate, decay) = (table[step].Rate, table[step].WeightDecay);
            var norm = SphereLoss.Norm(run.Weights);
            var (square, _) = Gradients(run, step);
            var phi = MomentumFreeLaws.Phi(rate, decay, norm);
            if (step > 0)
            {
                var forcing = MomentumFreeLaws.LogForcing(table[step - 1].Rate, table[step - 1].WeightDecay, rate, decay);
                Assert.Equal(0, MomentumFreeLaws.Residual(lastPhi, phi, forcing, lastSquare), 1e-12);
                Assert.Equal(1, MomentumFreeLaws.NextPhi(lastPhi, forcing, lastSquare) / phi, 1e-12);
            }
            run.Update(table.Rule, step, table[step]);
            var after = SphereLoss.Norm(run.Weights);
            Assert.Equal(1, MomentumFreeLaws.NextNormSquare(norm * norm, rate, decay, square) / (after * after), 1e-12);
            Assert.Equal(1,
                MomentumFreeLaws.NextGamma(Math.Pow(norm, 4) / (rate * rate), rate * decay, square) / (Math.Pow(after, 4) / (rate * rate)),
                1e-12);
            (lastPhi, lastSquare) = (phi, square);
        }
    }

    [Fact]
    public void A_clip_that_the_recipe_does_not_know_breaks_the_law()
    {
        var numbers = new UpdateRow(Math.Log(0.3), 0.01, 0, 0);
        var run = new Simulation(_loss, _loss.Start(), new double[_loss.Dimension]) { Clip = _ => 0.5 };
        var before = SphereLoss.Norm(run.Weights);
        var (square, _) = Gradients(run, 0);
        run.Update(new UpdateRule(), 0, numbers);
        var forcing = MomentumFreeLaws.LogForcing(0.3, 0.01, 0.3, 0.01);
        var residual = MomentumFreeLaws.Residual(MomentumFreeLaws.Phi(0.3, 0.01, before),
            MomentumFreeLaws.Phi(0.3, 0.01, SphereLoss.Norm(run.Weights)), forcing, square);
        // A thousandth part already stands out: rounding leaves 1e-15.
        Assert.True(residual > 1e-3, $"{residual}");
    }

    [Theory]
    [InlineData(0), InlineData(0.9)]
    public void Rate_times_c_squared_decay_over_c_squared_and_weights_times_c_is_the_same_run(double momentum)
    {
        const double c = 3.7;
        var start = _loss.Start();
        var (plain, scaled) = (new Simulation(_loss, start, new double[start.Length]),
            new Simulation(_loss, [.. start.Select(w => c * w)], new double[start.Length]));
        for (var step = 0L; step < 240; step++)
        {
            plain.Update(new UpdateRule(), step, new(Math.Log(0.1), 0.02, momentum, 0));
            scaled.Update(new UpdateRule(), step, new(Math.Log(0.1 * c * c), 0.02 / (c * c), momentum, 0));
            Assert.InRange(SphereLoss.Norm([.. plain.Direction.Zip(scaled.Direction, (a, b) => a - b)]), 0, 1e-12);
            var (one, other) = (new SteadyUpdate(0.1, 0.02, momentum), new SteadyUpdate(0.1 * c * c, 0.02 / (c * c), momentum));
            Assert.Equal(1, other.Gamma(SphereLoss.Norm(scaled.Weights)) / one.Gamma(SphereLoss.Norm(plain.Weights)), 1e-12);
        }
    }

    [Theory]
    [InlineData(0), InlineData(0.9)]
    public void An_exponential_rate_without_decay_is_the_same_run_and_keeps_the_effective_rate(double momentum)
    {
        var conversion =
            ConstantRate.Convert(UpdateTable.Of(new UpdateSchedule
            {
                LearningRate = 0.1,
                WeightDecay = 0.02,
                Momentum = momentum,
                TotalSteps = 240,
            }));
        Assert.InRange(SideBySide.Distance(conversion, _loss), 0, 1e-12);

        var start = NormState.AtRest(SphereLoss.Norm(_loss.Start()));
        var share = conversion.StateAt(0).Share.Value;
        var norm = start.Norm;
        var corrected = start with { Dot = -share * norm * norm, BufferSquare = share * share * Math.Pow(norm, 4) };
        var (source, target) = (NormCurve.Of(conversion.Source, start, 4), NormCurve.Of(conversion.Target, corrected, 4));
        for (var step = 0L; step < 240; step++)
        {
            Assert.Equal(source.LogNormAt(step) + conversion.LogScaleAt(step), target.LogNormAt(step), 1e-12);
            Assert.Equal(source.AngleAt(step), target.AngleAt(step), 1e-12);
        }
    }

    [Fact]
    public void The_growth_of_that_rate_is_another_way_to_the_mixing_units_of_a_step()
    {
        var update = new SteadyUpdate(0.1, 5e-5, 0.9);
        // ln α = -L (1 + O(η λ/(1 - μ)²)).
        Assert.Equal(1, -ConstantRate.LogRoot(update.IntrinsicRate, 0.9) / update.UnitsPerStep, 5e-4);
    }

    private static (double Square, double Dot) Gradients(Simulation run, long step)
    {
        var gradient = _loss.Gradient(step, run.Weights);
        var norm = SphereLoss.Norm(run.Weights);
        return (norm * norm * gradient.Sum(g => g * g), norm * norm * gradient.Zip(run.Buffer, (g, v) => g * v).Sum());
    }
}
