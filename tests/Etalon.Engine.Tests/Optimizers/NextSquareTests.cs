namespace Etalon.Engine.Tests.Optimizers;

/// <summary>The exact law of |w|^2 under gradients orthogonal to w, in every form of the update; and what breaks it.</summary>
public sealed class NextSquareTests
{
    private const int Length = 40;

    // A few dozen roundings of float64, relative.
    private const double Rounding = 1e-14;

    public static TheoryData<SgdOptions, Hyperparameters> Forms => new()
    {
        { new SgdOptions(), new Hyperparameters(0.1, 5e-3, 0) },
        { new SgdOptions(), new Hyperparameters(0.1, 5e-3, 0.9) },
        { new SgdOptions { Dampening = 0.9 }, new Hyperparameters(0.1, 5e-3, 0.9) },
        { new SgdOptions { IsNesterov = true }, new Hyperparameters(0.1, 5e-3, 0.9) },
        { new SgdOptions { IsNesterov = true, Dampening = 0.3 }, new Hyperparameters(0.1, 5e-3, 0.9, LookAhead: 0.7) },
        { new SgdOptions { IsDecayDecoupled = true }, new Hyperparameters(0.1, 5e-3, 0.9) },
        { new SgdOptions { IsDecayDecoupled = true, IsNesterov = true }, new Hyperparameters(0.1, 5e-3, 0.9) },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void The_law_is_exact_at_the_first_step_and_at_later_ones(SgdOptions options, Hyperparameters numbers)
    {
        using var run = new Run(options);
        for (int step = 0; step < 20; step++) Assert.Equal(0, run.Residual(step, numbers), Rounding);
    }

    [Fact]
    public void Without_momentum_it_is_the_law_of_the_paper()
    {
        using var run = new Run(new SgdOptions());
        var products =
            new UpdateProducts { WeightSquare = 4, GradientSquare = 0.25, BufferSquare = 100, BufferWeight = 3, BufferGradient = -2 };
        Assert.Equal(Math.Pow(1 - 0.1 * 0.02, 2) * 4 + 0.01 * 0.25, run.Sgd.NextSquare(new Hyperparameters(0.1, 0.02, 0), products)!.Value,
            1e-15);
    }

    [Fact]
    public void A_clipped_gradient_shows() => AssertBroken(new Run(new SgdOptions()) { BeforeUpdate = (w, g) => Scale(g, 0.5) });

    [Fact]
    public void A_second_decay_shows() => AssertBroken(new Run(new SgdOptions()) { BeforeUpdate = (w, g) => Scale(w, 1 - 1e-4) });

    [Fact]
    public void A_gradient_that_is_not_orthogonal_shows() => AssertBroken(new Run(new SgdOptions()) { AlongWeights = 0.01 });

    [Fact]
    public void The_total_rate_counts_what_the_buffer_passes_on()
    {
        using var run = new Run(new SgdOptions { Dampening = 0.5 });
        Assert.Equal(0.2 * 0.5 / 0.1, run.Sgd.TotalRateOf(0, new Hyperparameters(0.2, 1, 0.9)), 1e-14);
    }

    // The threshold at which a diagnosis speaks of a broken law.
    private static void AssertBroken(Run run)
    {
        using (run)
            for (int step = 0; step < 5; step++) Assert.True(Math.Abs(run.Residual(step, new Hyperparameters(0.1, 5e-3, 0.9))) > 1e-4);
    }

    private static void Scale(Span<double> numbers, double factor)
    {
        foreach (ref double number in numbers) number *= factor;
    }

    private delegate void Fault(Span<double> weights, Span<double> gradient);

    private sealed class Run : IDisposable
    {
        private readonly Workers _workers = new(1);
        private readonly Region<double> _weights = new(), _gradients = new();
        private readonly UpdateMonitor<double> _monitor;

        public Run(SgdOptions options)
        {
            _weights.Declare("w", Length);
            _weights.Allocate();
            _gradients.Mirror(_weights);
            _gradients.Allocate();
            Sgd = new Sgd<double>(_weights, _gradients, options);
            _monitor = new UpdateMonitor<double>(_weights, _gradients, Sgd.Velocity, [["w"]]);
            Draw(_weights["w"].Span, "w", 0);
        }

        public Sgd<double> Sgd { get; }

        public Fault BeforeUpdate { get; init; } = (_, _) => { };

        /// <summary>How much of the gradient lies along the weights, relative.</summary>
        public double AlongWeights { get; init; }

        public double Residual(int step, Hyperparameters numbers)
        {
            Span<double> w = _weights["w"].Span, g = _gradients["w"].Span;
            Draw(g, "g", step);
            double along = AlongWeights * Math.Sqrt(Dot(g, g) / Dot(w, w)) - Dot(g, w) / Dot(w, w);
            for (int i = 0; i < Length; i++) g[i] += along * w[i];
            _monitor.Before(_workers);
            double expected = Sgd.NextSquare(numbers, _monitor[0])!.Value;
            BeforeUpdate(w, g);
            Sgd.Update([numbers], _workers);
            _monitor.After(_workers);
            return _monitor[0].NextSquare / expected - 1;
        }

        private static void Draw(Span<double> numbers, string purpose, int step)
        {
            var stream = new CounterStream(1, purpose, index: (ulong)step);
            foreach (ref double number in numbers) number = stream.NextNormal();
        }

        private static double Dot(Span<double> x, Span<double> y)
        {
            double sum = 0;
            for (int i = 0; i < x.Length; i++) sum += x[i] * y[i];
            return sum;
        }

        public void Dispose()
        {
            _monitor.Dispose();
            Sgd.Dispose();
            _weights.Dispose();
            _gradients.Dispose();
            _workers.Dispose();
        }
    }
}
