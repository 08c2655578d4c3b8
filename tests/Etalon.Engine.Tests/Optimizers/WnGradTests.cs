namespace Etalon.Engine.Tests.Optimizers;

/// <summary>What the papers prove of WNGrad and its relatives, on the optimizers themselves.</summary>
public sealed class WnGradTests : IDisposable
{
    private const int Steps = 200;

    private readonly Workers _workers = new(1);

    public static TheoryData<WnGradOrder> Orders => [WnGradOrder.UpdateFirst, WnGradOrder.LookAhead, WnGradOrder.Lagged];

    public void Dispose() => _workers.Dispose();

    [Theory]
    [MemberData(nameof(Orders))]
    public void B_never_falls(WnGradOrder order)
    {
        var path = Run(new() { Order = order }, rate: 0.5).B;
        for (int t = 1; t < path.Count; t++) Assert.True(path[t] >= path[t - 1]);
        Assert.True(path[^1] > path[0]);
    }

    // lambda is no second number: with c = b / lambda the update is c = c + |g|^2 / c; w = w - g / c.
    [Theory]
    [MemberData(nameof(Orders))]
    public void A_rate_with_an_initial_b_makes_the_run_of_rate_1_with_their_quotient(WnGradOrder order)
    {
        foreach (double rate in new[] { 0.25, 4 })
        {
            var scaled = Run(new() { Order = order, InitialFactor = 2 }, rate);
            var plain = Run(new() { Order = order, InitialFactor = 2 / rate }, rate: 1);
            // Powers of two scale without rounding: the runs agree to the bit.
            Assert.Equal(plain.W, scaled.W);
            Assert.Equal(plain.B, scaled.B.Select(b => b / rate));
        }
    }

    // Of the growth rule alone: after the first step the recursion is one, and only what b the first step divides by differs.
    [Fact]
    public void Looking_ahead_and_updating_first_differ_in_the_first_b_alone()
    {
        double[][] gradients = [.. Enumerable.Range(0, 50).Select(step => Gradient(step))];
        var (first, ahead) = (Run(new(), 1, gradients), Run(new() { Order = WnGradOrder.LookAhead }, 1, gradients));
        double initial = 1;
        Assert.Equal(initial, ahead.B[0]);
        Assert.Equal(initial + Squares(gradients[0]) / initial, first.B[0], 1e-12);
        foreach (var b in new[] { first.B, ahead.B })
            for (int t = 1; t < b.Count; t++) Assert.Equal(b[t - 1] + Squares(gradients[t]) / b[t - 1], b[t], 1e-12 * b[t]);
        // An update-first run is a look-ahead run that begins with the b its first gradient makes.
        Assert.Equal(first.B, Run(new() { Order = WnGradOrder.LookAhead, InitialFactor = first.B[0] }, 1, gradients).B);
    }

    // b_{j+1} - b_j = |g_j|^2 / b_j: the sum telescopes.
    [Fact]
    public void The_lagged_order_telescopes_exactly()
    {
        double[][] gradients = [.. Enumerable.Range(0, Steps).Select(step => Gradient(step))];
        var b = Run(new() { Order = WnGradOrder.Lagged }, 1, gradients).B;
        double sum = 0, before = 1;
        for (int t = 0; t < Steps; t++)
        {
            sum += Squares(gradients[t]) / before;
            before = b[t];
        }
        Assert.Equal(b[^1] - 1, sum, 1e-12 * sum);
    }

    // sqrt(b_1^2 + 2 sum a) <= b_{T+1} <= sqrt(b_1^2 + T (2 G^2 + G^4 / b_1^2)) for gradients with |g|^2 = a_j <= G^2.
    [Theory]
    [InlineData(0.01)]
    [InlineData(1)]
    [InlineData(100)]
    public void B_grows_as_the_square_root_of_the_gradients_so_far(double initial)
    {
        double[][] gradients = [.. Enumerable.Range(0, Steps).Select(step => Gradient(step))];
        var b = Run(new() { Order = WnGradOrder.Lagged, InitialFactor = initial }, 1, gradients).B;
        double bound = gradients.Max(Squares), sum = 0;
        for (int t = 0; t < Steps; t++)
        {
            sum += Squares(gradients[t]);
            double least = Math.Sqrt(initial * initial + 2 * sum),
                most = Math.Sqrt(initial * initial + (t + 1) * (2 * bound + bound * bound / (initial * initial)));
            Assert.InRange(b[t], least * (1 - 1e-12), most * (1 + 1e-12));
        }
    }

    // With |g|^2 = 1: b_2 = 100.01 from b_1 = 0.01, and then b^2 grows by 2 a step and a little.
    [Fact]
    public void Constant_noise_gives_the_decay_of_an_inverse_square_root()
    {
        double[][] gradients = [.. Enumerable.Repeat<double[]>([1, 0, 0], 100_000)];
        Assert.Equal(447.22, Run(new() { Order = WnGradOrder.Lagged }, 1, gradients).B[^1], 0.005);
        Assert.Equal(458.3, Run(new() { Order = WnGradOrder.Lagged, InitialFactor = 0.01 }, 1, gradients).B[^1], 0.05);
    }

    [Theory]
    [InlineData("wngrad")]
    [InlineData("wngrad lagged")]
    [InlineData("wngrad norm")]
    [InlineData("wngrad channel restarts lagged")]
    [InlineData("wn-adam")]
    [InlineData("adagrad-norm kernel")]
    public void A_gradient_of_zero_changes_neither_the_weights_nor_b(string name)
    {
        using var problem = new FlatProblem<double>();
        using var optimizer = OptimizerCases.Create(name, problem);
        Hyperparameters[] numbers = [new(0.1, 0, 0), new(0.1, 0, 0)];
        double[] start = problem.Weights();
        // Before the first gradient, and after one.
        Assert.True(optimizer.Update(numbers, _workers));
        Assert.Equal(start, problem.Weights());
        Assert.All(optimizer.Accumulators.Span.ToArray(), number => Assert.Equal(0, number));
        problem.Differentiate(0);
        optimizer.Update(numbers, _workers);
        double[] numbersBefore = optimizer.Accumulators.Span.ToArray();
        problem.Gradients.Span.Clear();
        double[] weights = problem.Weights();
        optimizer.Update(numbers, _workers);
        Assert.Equal(numbersBefore, optimizer.Accumulators.Span.ToArray());
        if (!name.StartsWith("wn-adam", StringComparison.Ordinal)) Assert.Equal(weights, problem.Weights());
    }

    [Fact]
    public void Of_one_row_in_one_tensor_all_scopes_are_one()
    {
        var runs = new[] { StepSizeScope.Global, StepSizeScope.Tensor, StepSizeScope.Channel, StepSizeScope.Kernel }.Select(scope =>
        {
            using var w = Region("w", [1, 3, 1, 1]);
            return Run(w, (p, g) => new WnGrad<double>(p, g, new WnGradOptions { Scope = scope }), 0.5,
                [.. Enumerable.Range(0, 20).Select(step => Gradient(step))]);
        }).ToList();
        Assert.All(runs, run => Assert.Equal(0, Distance(runs[0].W, run.W), 1e-14));
    }

    [Fact]
    public void Wn_adam_without_its_mean_is_wngrad_that_updates_first()
    {
        double[][] gradients = [.. Enumerable.Range(0, Steps).Select(step => Gradient(step))];
        using Region<double> one = Region("w", [3]), two = Region("w", [3]);
        var mean = Run(one, (p, g) => new WnAdam<double>(p, g, new WnAdamOptions { Beta1 = 0 }), 0.5, gradients);
        var plain = Run(two, (p, g) => new WnGrad<double>(p, g, new WnGradOptions()), 0.5, gradients);
        Assert.Equal(plain.B, mean.B);
        Assert.Equal(0, Distance(plain.W, mean.W), 1e-13);
    }

    // b_{j+1}^2 = b_j^2 + 2 |g|^2 + |g|^4 / b_j^2: where b is large beside |g|, WNGrad is AdaGrad-Norm with eta = 1 / sqrt 2 and b_0 / sqrt
    // 2.
    [Fact]
    public void With_a_large_b_wngrad_is_adagrad_norm_at_a_rate_of_the_root_of_a_half()
    {
        double[][] gradients = [.. Enumerable.Range(0, Steps).Select(step => Gradient(step))];
        using Region<double> one = Region("w", [3]), two = Region("w", [3]);
        var wngrad = Run(one, (p, g) => new WnGrad<double>(p, g, new WnGradOptions { InitialFactor = 1000 }), 1, gradients);
        var adagrad = Run(two, (p, g) => new AdaGradNorm<double>(p, g, new AdaGradNormOptions { Initial = 1000 / Math.Sqrt(2) }),
            1 / Math.Sqrt(2), gradients);
        // What is left is |g|^4 / b^2, a part in 1e-6 of |g|^2.
        Assert.Equal(0, Distance(wngrad.W, adagrad.W), 1e-6);
    }

    // b is in units of f / x^2: with the length r the run of x -> r x, f -> f is the run of x, f.
    [Fact]
    public void With_its_length_the_rule_does_not_depend_on_the_unit_of_length()
    {
        double[][] gradients = [.. Enumerable.Range(0, Steps).Select(step => Gradient(step))],
            longer = [.. gradients.Select(g => Array.ConvertAll(g, x => x / 8))];
        using Region<double> one = Region("w", [3]), two = Region("w", [3]);
        var plain = Run(one, (p, g) => new WnGrad<double>(p, g, new WnGradOptions()), 1, gradients);
        var scaled = Run(two, (p, g) => new WnGrad<double>(p, g, new WnGradOptions { Length = 8, InitialFactor = 1.0 / 64 }), 1, longer);
        // Powers of two: to the bit.
        Assert.Equal(plain.B, scaled.B.Select(b => b * 64));
        Assert.Equal(plain.W.Select(w => w * 8), scaled.W);
    }

    [Fact]
    public void Restarts_let_b_fall_after_some_small_gradients_in_a_row()
    {
        double[][] gradients = [[1, 0, 0], [0.8, 0, 0], [0.8, 0, 0], [1, 0, 0], [0.8, 0, 0], [0.8, 0, 0], [0.8, 0, 0], [0.8, 0, 0]];
        using var w = Region("w", [3]);
        var options = new WnGradOptions
        {
            Order = WnGradOrder.LookAhead,
            InitialFactor = 10,
            Restarts = new WnGradRestarts { After = 3, Least = 0.5 }
        };
        var b = Run(w, (p, g) => new WnGrad<double>(p, g, options), 1, gradients).B;
        // The row of small ones begins anew after the fourth; the seventh is the third of the next.
        for (int t = 1; t < 6; t++) Assert.True(b[t] > b[t - 1]);
        Assert.Equal(b[5] / 9, b[6], 1e-15);
        // From the norm of the restart, 0.8, on, 0.8 is not small.
        Assert.Equal(b[6] + 0.64 / b[6], b[7], 1e-15);
    }

    [Fact]
    public void Restarts_at_a_ratio_that_no_gradient_reaches_change_nothing()
    {
        var plain = Run(new() { Order = WnGradOrder.LookAhead }, 1);
        var never = Run(new() { Order = WnGradOrder.LookAhead, Restarts = new WnGradRestarts { After = 4, Ratio = 1e-300 } }, 1);
        Assert.Equal(plain.B, never.B);
    }

    [Fact]
    public void Options_out_of_range_are_refused_by_name()
    {
        Func<object>[] made =
        [
            () => new WnGradOptions { InitialFactor = 0 }, () => new WnGradOptions { Length = -1 },
            () => new WnGradOptions { Length = double.NaN },
            () => new WnGradRestarts { After = -1 }, () => new WnGradRestarts { Ratio = 1 }, () => new WnGradRestarts { Ratio = 0 },
            () => new WnGradRestarts { Least = 0 },
            () => new WnAdamOptions { Initial = 0 }, () => new WnAdamOptions { Beta1 = 1 },
            () => new AdaGradNormOptions { Initial = double.PositiveInfinity },
            () => new AdamOptions { Beta1 = 1 }, () => new AdamOptions { Beta2 = -0.1 }, () => new AdamOptions { Epsilon = 0 },
            () => new SgdOptions { Dampening = 1.1 },
            () => new ProdigyOptions { Beta2 = 1 }, () => new ProdigyOptions { InitialDistance = 0 },
            () => new AdamOptions { Epsilon = 1e-50 }, () => new AdaGradNormOptions { Initial = 1e200 },
            () => new DogOptions { InitialDistance = double.PositiveInfinity }, () => new DAdaptationOptions { InitialDistance = 0 },
            () => new ScheduleFreeOptions { Beta = 1 },
        ];
        Assert.All(made, make =>
        {
            var refused = Assert.Throws<ArgumentOutOfRangeException>(make);
            Assert.NotEmpty(refused.ParamName!);
            Assert.NotNull(refused.ActualValue);
            Assert.Matches("^must be .*; .+", refused.Message);
        });
    }

    private (double[] W, List<double> B) Run(WnGradOptions options, double rate, double[][]? gradients = null)
    {
        using var w = Region("w", [3]);
        return Run(w, (p, g) => new WnGrad<double>(p, g, options), rate,
            gradients ?? [.. Enumerable.Range(0, Steps).Select(step => Gradient(step))]);
    }

    /// <summary>The last w, and b after each step.</summary>
    private (double[] W, List<double> B) Run(
        Region<double> w, Func<Region<double>, Region<double>, ScopedOptimizer<double>> create, double rate, double[][] gradients)
    {
        using var g = new Region<double>();
        g.Mirror(w);
        g.Allocate();
        using var optimizer = create(w, g);
        var b = new List<double>();
        foreach (double[] gradient in gradients)
        {
            gradient.CopyTo(g.Tensors[0].Span);
            optimizer.Update([new(rate, 0, 0)], _workers);
            b.Add(optimizer.Divisors(0)[0]);
        }
        return (w.Tensors[0].Span.ToArray(), b);
    }

    private static Region<double> Region(string name, int[] shape)
    {
        var region = new Region<double>();
        region.Declare(name, shape);
        region.Allocate();
        return region;
    }

    private static double[] Gradient(int step)
    {
        var stream = new CounterStream(5, "gradient", (ulong)step);
        return [stream.NextNormal(), stream.NextNormal(), stream.NextNormal()];
    }

    private static double Squares(double[] g) => g.Sum(x => x * x);

    private static double Distance(double[] a, double[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max();
}
