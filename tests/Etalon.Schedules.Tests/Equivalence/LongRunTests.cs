using Etalon.Schedules.Equivalence;

namespace Etalon.Schedules.Tests.Equivalence;

public class LongRunTests
{
    [Theory]
    [InlineData(1), InlineData(50)]
    public void Recentring_by_powers_of_two_changes_no_bit(int every)
    {
        var schedule = new UpdateSchedule { LearningRate = 0.1, WeightDecay = 5e-3, Momentum = 0.9, TotalSteps = 3000 };
        var conversion = TexpPlusPlus.Convert(UpdateTable.Of(schedule));
        Assert.True(conversion.Range.LargestLogRate > 20);
        var plain = Run(conversion.Target, int.MaxValue);
        Assert.Equal(plain, Run(conversion.Target, every));
    }

    [Fact]
    public void A_recentred_run_goes_on_where_float64_ends()
    {
        var schedule = new UpdateSchedule
        {
            LearningRate = 0.2,
            WeightDecay = 0.01,
            Momentum = 0.9,
            TotalSteps = 40_000,
        };
        var conversion = TexpPlusPlus.Convert(UpdateTable.Of(schedule));
        Assert.True(conversion.Range.LargestLogRate > 1000);
        var (source, target) = (Run(conversion.Source, int.MaxValue), Run(conversion.Target, 50));
        Assert.All(target, x => Assert.True(double.IsFinite(x)));
        // A logarithm near 1000 is kept to 1.1e-13, so every rate is off by that much of itself. Measured: 2e-12 at the end.
        foreach (var (x, y) in source.Zip(target)) Assert.Equal(x, y, 1e-11);
    }

    [Theory]
    [InlineData(0.1, 0.01, 0.9), InlineData(0.2, 0.005, 0.5), InlineData(0.05, 0.05, 0), InlineData(0.1, 0.1, 0.9)]
    public void In_equilibrium_the_squared_update_is_two_eta_lambda_over_one_plus_mu_of_the_squared_weights(double rate, double decay,
    double momentum)
    {
        // Exact for means over a long time: the ends of the sum cost of order (relaxation time)/(steps), here below 1e-3.
        var loss = new SphereLoss(7);
        var simulation = SideBySide.From(loss);
        var (rule, numbers) = (new UpdateRule(), new UpdateRow(Math.Log(rate), decay, momentum, 0));
        var (squaredWeights, squaredUpdates) = (0.0, 0.0);
        for (var step = 0; step < 120_000; step++)
        {
            var before = simulation.Weights.ToArray();
            simulation.Update(rule, step % 997, numbers);
            if (step < 40_000) continue;
            squaredWeights += before.Sum(w => w * w);
            squaredUpdates += simulation.Weights.Zip(before, (x, y) => (x - y) * (x - y)).Sum();
        }
        Assert.Equal(1, squaredUpdates / squaredWeights / (2 * rate * decay / (1 + momentum)), 2e-3);
    }

    /// <summary>The direction of every step, with weights brought back near 1 by a power of two every so many steps.</summary>
    private static double[] Run(UpdateTable table, int every)
    {
        var loss = SideBySide.Loss;
        var (w, v) = (loss.Start(), new double[loss.Dimension]);
        var directions = new List<double>();
        var shift = 0;
        for (var step = 0; step < table.Count; step++)
        {
            if (step % every == 0)
            {
                var down = -Math.ILogB(w[0]);
                for (var i = 0; i < w.Length; i++) (w[i], v[i]) = (Math.ScaleB(w[i], down), Math.ScaleB(v[i], -down));
                shift += down;
            }
            var rate = RateTimesPowerOfTwo(table[step].LogRate, 2 * shift);
            var decay = Math.ScaleB(table[step].WeightDecay, -2 * shift);
            var gradient = loss.Gradient(step % 499, w);
            for (var i = 0; i < w.Length; i++)
            {
                v[i] = table[step].Momentum * v[i] + (gradient[i] + decay * w[i]);
                w[i] -= rate * v[i];
            }
            var norm = SphereLoss.Norm(w);
            if (step % 50 == 49) directions.AddRange(w.Select(x => x / norm));
        }
        return [.. directions];
    }

    /// <summary>η 2ⁿ with the same significant bits for every n, which exp(ln η + n ln 2) would not have.</summary>
    private static double RateTimesPowerOfTwo(double logRate, int n)
    {
        var exponent = (int)Math.Floor(logRate / Math.Log(2));
        return Math.ScaleB(Math.Exp(logRate - exponent * Math.Log(2)), exponent + n);
    }
}
