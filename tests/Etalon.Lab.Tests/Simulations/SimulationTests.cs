using Etalon.Engine;
using Etalon.Lab.Simulations;
using Etalon.Lab.Simulations.Losses;
using Etalon.Schedules;

namespace Etalon.Lab.Tests.Simulations;

public class SimulationTests
{
    [Theory]
    [InlineData(0, 0, false, DecayForm.Coupled)]
    [InlineData(0.9, 0, false, DecayForm.Coupled)]
    [InlineData(0.9, 0.9, false, DecayForm.Coupled)]
    [InlineData(0.9, 0, true, DecayForm.Coupled)]
    [InlineData(0.9, 0, false, DecayForm.Decoupled)]
    [InlineData(0.8, 0.3, false, DecayForm.Decoupled)]
    public void A_replica_is_the_update_rule_written_plainly(double momentum, double dampening, bool nesterov, DecayForm decay)
    {
        var simulation = new Simulation
        {
            Schedule = new UpdateSchedule
            {
                LearningRate = new Linear(0.2, 0.1, 60),
                WeightDecay = 0.05,
                Momentum = momentum,
                TotalSteps = 60,
                Rule = new() { Dampening = dampening, Nesterov = nesterov, Decay = decay },
            },
            Loss = new TwoWells(3),
            InitialNorm = 1.7,
            Dimension = 6,
            Noise = 0.4,
            Count = 6,
            KeepAt = [0, 1, 30, 60],
            MeanFrom = 45,
            Rescaling = (40, 0.5),
        };
        var result = Run(simulation);
        for (int replica = 0; replica < simulation.Count; replica++)
        {
            var (squares, axes, cosines) = Plainly(simulation, replica);
            for (int kept = 0; kept < simulation.KeepAt.Count; kept++)
            {
                int step = (int)simulation.KeepAt[kept];
                Assert.Equal(squares[step], result.SquaredNorms(kept)[replica], 1e-12 * squares[step]);
                Assert.Equal(axes[step], result.Axes(kept)[replica], 1e-12);
                Assert.Equal(1.5 * (1 - axes[step] * axes[step]), result.Losses(kept)[replica], 1e-12);
            }
            Assert.Equal(squares[46..].Average(), result.Means[replica].SquaredNorm, 1e-11);
            Assert.Equal(squares[46..].Average(square => square * square), result.Means[replica].FourthNorm, 1e-10);
            Assert.Equal(cosines[45..].Average(), result.Means[replica].Cosine, 1e-12);
        }
    }

    [Fact]
    public void Numbers_of_a_replica_depend_on_its_index_alone()
    {
        var simulation = Small() with { Count = 11 };
        var one = Run(simulation, threads: 1);
        foreach (int threads in (int[])[2, 3])
            Assert.Equal(one.SquaredNorms(0).ToArray(), Run(simulation, threads).SquaredNorms(0).ToArray());
        Assert.Equal(one.Means, Run(simulation, threads: 3).Means);
        Assert.Equal(one.SquaredNorms(0)[..3].ToArray(), Run(simulation with { Count = 3 }).SquaredNorms(0).ToArray());
        Assert.NotEqual(one.SquaredNorms(0).ToArray(), Run(simulation with { Seed = 2 }).SquaredNorms(0).ToArray());
    }

    [Fact]
    public void The_scale_of_the_weights_is_no_part_of_what_happens()
    {
        // (eta, lambda, w) and (c^2 eta, lambda/c^2, c w) with c = 4: powers of two, so to the bit.
        var simulation = Small();
        var scaled = simulation with { Schedule = Recipe(0.1 * 16, 0.04 / 16), InitialNorm = 4 * simulation.InitialNorm };
        var (plain, other) = (Run(simulation), Run(scaled));
        Assert.Equal(plain.Axes(0).ToArray(), other.Axes(0).ToArray());
        Assert.Equal(plain.SquaredNorms(0).ToArray().Select(square => 16 * square), other.SquaredNorms(0).ToArray());
    }

    [Fact]
    public void Svag_of_one_sub_step_is_an_update_and_of_more_has_as_many_times_the_noise()
    {
        var simulation = Small() with { Loss = new PureNoise() };
        var svag = simulation with { SubSteps = new SubSteps(SubStepRule.Svag, 1) };
        // (1 + 1)/2 of the first gradient and none of the second, but every other fill of the stream.
        Assert.Equal(Run(simulation).Means.Average(mean => mean.Cosine), Run(svag).Means.Average(mean => mean.Cosine), 1e-3);
        double r = Math.Sqrt(2 * 8 - 1);
        Assert.Equal(8, ((1 + r) * (1 + r) + (1 - r) * (1 - r)) / 4, 1e-12);
        // With noise alone all of them have the norm's law of S = Tr Sigma; one part in 400 is the fluctuation of 40 replicas over 400
        // steps.
        double plain = Run(simulation).Means.Average(mean => mean.SquaredNorm);
        foreach (var rule in (SubStepRule[])[SubStepRule.Svag, SubStepRule.EulerMaruyama])
            Assert.Equal(1, Run(simulation with { SubSteps = new SubSteps(rule, 8) }).Means.Average(mean => mean.SquaredNorm) / plain,
                0.01);
    }

    [Theory]
    [InlineData(nameof(StartDirection.Axis), 1, 1)]
    [InlineData(nameof(StartDirection.OppositeAxis), -1, -1)]
    [InlineData(nameof(StartDirection.EitherAxis), -1, 1)]
    public void Replicas_begin_where_they_are_told_to(string direction, double least, double most)
    {
        var result = Run(Small() with { Direction = Enum.Parse<StartDirection>(direction), KeepAt = [0] });
        Assert.Equal((least, most), (result.Axes(0).ToArray().Min(), result.Axes(0).ToArray().Max()));
        Assert.All(result.SquaredNorms(0).ToArray(), square => Assert.Equal(4, square, 1e-14));
    }

    [Fact]
    public void A_simulation_can_be_interrupted()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        using var workers = new Workers(2);
        Assert.Throws<OperationCanceledException>(() => Small().Run(workers, source.Token));
    }

    [Fact]
    public void Squared_gradients_of_the_losses_are_those_of_differences()
    {
        const double h = 1e-6;
        foreach (var loss in (SphereLoss[])[new PureNoise(), new OneWell(3), new TwoWells(3), new SquaredRatio()])
            foreach (double angle in (double[])[0.1, 1, 2, 3])
            {
                double slope = (loss.Value(Math.Cos(angle + h))[0] - loss.Value(Math.Cos(angle - h))[0]) / (2 * h);
                Assert.Equal(slope * slope, loss.SquaredGradient(Math.Cos(angle))[0], 1e-8);
            }
    }

    private static Simulation Small() => new()
    {
        Schedule = Recipe(0.1, 0.04),
        Loss = new TwoWells(2),
        InitialNorm = 2,
        Dimension = 20,
        Count = 40,
        KeepAt = [600],
        MeanFrom = 200,
        Lag = 20,
    };

    private static UpdateSchedule Recipe(double rate, double decay) =>
        new() { LearningRate = rate, WeightDecay = decay, Momentum = 0, TotalSteps = 600 };

    private static SimulationResult Run(Simulation simulation, int threads = 2)
    {
        using var workers = new Workers(threads);
        return simulation.Run(workers, CancellationToken.None);
    }

    // PyTorch's SGD in plain numbers, g = P (grad f + sigma xi) / |w|. Squared norms and axes before each step and after the last, and the
    // cosine of each.
    private static (double[] Squares, double[] Axes, double[] Cosines) Plainly(Simulation simulation, int replica)
    {
        var (schedule, d) = (simulation.Schedule, simulation.Dimension);
        double[] w = Lane(new NormalLanes(simulation.Seed, "simulate start", (ulong)(replica / 4 * 4)), d, replica % 4), v = new double[d];
        double length = Math.Sqrt(Dot(w, w));
        for (int i = 0; i < d; i++) w[i] *= simulation.InitialNorm / length;
        var noise = new NormalLanes(simulation.Seed, "simulate noise", (ulong)(replica / 4 * 4));
        List<double> squares = [], axes = [], cosines = [];
        for (int step = 0; step < schedule.TotalSteps; step++)
        {
            if (simulation.Rescaling!.Value.Step == step)
            {
                for (int i = 0; i < d; i++) w[i] *= simulation.Rescaling.Value.Factor;
                Array.Clear(v);
            }
            Note();
            double[] before = [.. w], g = Lane(noise, d, replica % 4);
            double norm = Math.Sqrt(Dot(w, w)), z = w[0] / norm, eta = schedule.LearningRate.ValueAt(step),
                lambda = schedule.WeightDecay.ValueAt(step), mu = schedule.Momentum.ValueAt(step);
            for (int i = 0; i < d; i++) g[i] *= simulation.Noise;
            g[0] += -3 * z;
            double along = Dot(g, w) / norm;
            for (int i = 0; i < d; i++) g[i] = (g[i] - along * w[i] / norm) / norm;
            for (int i = 0; i < d; i++)
            {
                if (schedule.Rule.Decay == DecayForm.Coupled) g[i] += lambda * w[i];
                else w[i] *= 1 - eta * lambda;
                v[i] = step == 0 ? g[i] : mu * v[i] + (1 - schedule.Rule.Dampening) * g[i];
                w[i] -= eta * (schedule.Rule.Nesterov ? g[i] + mu * v[i] : v[i]);
            }
            cosines.Add(Dot(before, w) / Math.Sqrt(Dot(before, before) * Dot(w, w)));
        }
        Note();
        return ([.. squares], [.. axes], [.. cosines]);

        void Note()
        {
            squares.Add(Dot(w, w));
            axes.Add(w[0] / Math.Sqrt(Dot(w, w)));
        }
    }

    private static double[] Lane(NormalLanes normals, int count, int lane)
    {
        var values = new Lanes[count];
        normals.Fill(values);
        return [.. values.Select(value => value[lane])];
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
}
