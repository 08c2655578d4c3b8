using System.Numerics;
using System.Runtime.InteropServices;

namespace Etalon.Engine.Tests.Optimizers;

/// <summary>What holds for every optimizer.</summary>
public sealed class OptimizerConformance : IDisposable
{
    // Twenty updates pass each rule's start, both parities of the scheduled numbers and several restarts; all chunks are in each of them.
    private const int Steps = 20, StepsOfDrift = 100;

    private readonly Workers _workers = new(2);

    public static TheoryData<string> Names => OptimizerCases.Names;

    public void Dispose() => _workers.Dispose();

    [Fact]
    public void Every_optimizer_of_the_engine_is_a_case()
    {
        using var problem = new FlatProblem<double>();
        var cases = new HashSet<Type>();
        foreach (string name in ReferenceRules.Names)
        {
            using var optimizer = OptimizerCases.Create(name, problem);
            cases.Add(optimizer.GetType().GetGenericTypeDefinition());
        }
        Assert.Empty(DerivedTypes.Of(typeof(Optimizer<>)).Except(cases));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Twenty_updates_are_those_of_the_rule_written_in_a_few_lines(string name)
    {
        using var problem = new FlatProblem<double>();
        using var optimizer = OptimizerCases.Create(name, problem);
        var rule = ReferenceRules.Of(name);
        double[] w = problem.Weights();
        for (int step = 0; step < Steps; step++)
        {
            problem.Differentiate(step);
            rule(w, problem.Slopes(), ReferenceRules.NumbersAt(step));
            Assert.True(optimizer.Update(FlatProblem<double>.NumbersAt(step), _workers));
        }
        Assert.Equal(0, Distance(w, problem.Weights()), 1e-12);
    }

    // The rules whose first distance is too small by far: it is what they make of it that matters.
    [Theory]
    [InlineData("dog", "largest_distance")]
    [InlineData("d-adaptation", "distance")]
    [InlineData("prodigy", "distance")]
    [InlineData("prodigy decoupled", "distance")]
    public void A_distance_that_grows_tenfold_is_that_of_the_rule_written_in_a_few_lines(string name, string distance)
    {
        using var problem = new FlatProblem<double>();
        using var optimizer = OptimizerCases.Create(name, problem);
        var rule = ReferenceRules.Of(name);
        double[] w = problem.Weights();
        double first = 0;
        for (int step = 0; step < StepsOfDrift; step++)
        {
            problem.Drift(step);
            rule(w, problem.Slopes(), [.. w.Select(_ => new Hyperparameters(1, 0.01, 0.5))]);
            Assert.True(optimizer.Update([new(1, 0.01, 0.5), new(1, 0.01, 0.5)], _workers));
            if (step == 0) first = optimizer.Accumulators[distance].Span[0];
        }
        Assert.True(optimizer.Accumulators[distance].Span[0] > 10 * first);
        Assert.Equal(0, Distance(w, problem.Weights()), 1e-12);
    }

    // 20 updates round numbers of size 4 by half of 2^-21 each; the rest is what the gradients' own rounding does to the way.
    [Theory]
    [MemberData(nameof(Names))]
    public void Float32_follows_float64(string name)
    {
        using var narrow = new FlatProblem<float>();
        using var wide = new FlatProblem<double>();
        double[] start = wide.Weights();
        Run(name, narrow, 0, 20);
        Run(name, wide, 0, 20);
        double way = start.Zip(wide.Weights(), (a, b) => Math.Abs(a - b)).Max();
        Assert.InRange(wide.Weights().Zip(narrow.Weights(), (a, b) => Math.Abs(a - b)).Max(), 0, 20 * Math.Pow(2, -22) + 1e-5 * way);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_bits_are_the_same_for_any_number_of_threads(string name)
    {
        byte[] one = Bits(name, 1);
        Assert.Equal(one, Bits(name, 2));
        Assert.Equal(one, Bits(name, 5));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_optimizer_with_the_memory_of_another_goes_on_with_the_same_bits(string name)
    {
        using var whole = new FlatProblem<float>();
        Run(name, whole, 0, 12);

        using FlatProblem<float> first = new(), second = new();
        using Optimizer<float> before = OptimizerCases.Create(name, first), after = OptimizerCases.Create(name, second);
        Run(before, first, 0, 5);
        first.Parameters.Span.CopyTo(second.Parameters.Span);
        foreach (var (from, to) in before.Slots.Zip(after.Slots)) from.Value.Span.CopyTo(to.Value.Span);
        foreach (var (from, to) in before.Accumulators.Tensors.Zip(after.Accumulators.Tensors)) from.Span.CopyTo(to.Span);
        after.Steps = before.Steps;
        Run(after, second, 5, 12);
        Assert.Equal(MemoryMarshal.AsBytes(whole.Parameters.Span), MemoryMarshal.AsBytes(second.Parameters.Span));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_gradient_that_is_not_finite_changes_nothing_and_the_next_one_goes_on(string name)
    {
        foreach (float poison in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            using FlatProblem<float> clean = new(), poisoned = new();
            using Optimizer<float> ofClean = OptimizerCases.Create(name, clean), ofPoisoned = OptimizerCases.Create(name, poisoned);
            Run(ofClean, clean, 0, 6);
            for (int step = 0; step < 6; step++)
            {
                poisoned.Differentiate(step);
                // Another place each time: the first and last numbers of tensors, and one in between.
                var tensor = poisoned.Gradients.Tensors[step % 5].Span;
                tensor[step switch { 0 => 0, 3 => tensor.Length / 2, _ => tensor.Length - 1 }] = poison;
                double[] rates = RatesOf(ofPoisoned);
                Assert.False(ofPoisoned.Update(FlatProblem<float>.NumbersAt(step), _workers));
                Assert.Equal(rates, RatesOf(ofPoisoned));
                Run(ofPoisoned, poisoned, step, step + 1);
            }
            Assert.Equal(MemoryMarshal.AsBytes(clean.Parameters.Span), MemoryMarshal.AsBytes(poisoned.Parameters.Span));
            Assert.Equal(MemoryOf(ofClean), MemoryOf(ofPoisoned));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_gradient_of_zero_before_any_other_and_a_rate_of_zero_leave_the_weights_as_they_are(string name)
    {
        using var problem = new FlatProblem<float>();
        using var optimizer = OptimizerCases.Create(name, problem);
        double[] start = problem.Weights();
        Assert.True(optimizer.Update([new(0.1, 0, 0), new(0.1, 0, 0)], _workers));
        Assert.Equal(start, problem.Weights());
        problem.Differentiate(1);
        Assert.True(optimizer.Update([new(0, 0.1, 0), new(0, 0.1, 0)], _workers));
        Assert.Equal(start, problem.Weights());
        // And it goes on from there.
        Run(optimizer, problem, 2, 4);
        Assert.NotEqual(start, problem.Weights());
        Assert.All(problem.Weights(), weight => Assert.True(double.IsFinite(weight)));
    }

    // Without momentum; Adam and WN-Adam correct their mean of one gradient to that gradient, Prodigy does not. In the lagged order the
    // rate is that of the next update.
    [Theory]
    [InlineData("sgd", 1)]
    [InlineData("sgd nesterov", 1)]
    [InlineData("adam", 1)]
    [InlineData("adamw", 1)]
    [InlineData("wngrad", 1)]
    [InlineData("wngrad kernel look-ahead", 1)]
    [InlineData("wngrad channel norm", 1)]
    [InlineData("wn-adam tensor", 1)]
    [InlineData("adagrad-norm channel", 1)]
    [InlineData("dog", 1)]
    [InlineData("d-adaptation", 1)]
    [InlineData("prodigy", 0.1)]
    [InlineData("schedule-free", 1)]
    public void The_rate_of_a_tensor_is_what_its_gradient_is_multiplied_by(string name, double share)
    {
        using var problem = new FlatProblem<double>();
        using var optimizer = OptimizerCases.Create(name, problem);
        problem.Differentiate(1);
        Tensor<double> weights = problem.Parameters.Tensors[0];
        double[] start = weights.Span.ToArray(), gradient = problem.Gradients.Tensors[0].Span.ToArray();
        Assert.True(optimizer.Update([new(0.1, 0, 0), new(0.1, 0, 0)], _workers));
        double multiplied = 0;
        for (int i = 0; i < start.Length; i++) multiplied += (start[i] - weights.Span[i]) / gradient[i] / start.Length;
        // Of what a weight moves, some digits are lost in the weight.
        Assert.Equal(1, share * optimizer.RateOf(0) / multiplied, 1e-6);
    }

    // One gradient, and then none: a buffer of heavy ball's passes it on for as long as its momentum lasts, here to 0.9^300 = 2e-14.
    [Theory]
    [InlineData("sgd")]
    [InlineData("sgd nesterov")]
    [InlineData("sgd dampened")]
    [InlineData("sgd nesterov dampened")]
    [InlineData("sgd nesterov ahead")]
    [InlineData("wngrad channel")]
    [InlineData("adagrad-norm")]
    [InlineData("d-adaptation")]
    public void How_far_a_gradient_moves_the_weights_in_the_end_is_the_total_rate(string name)
    {
        string[] words = name.Split(' ');
        using var problem = new FlatProblem<double>();
        using Optimizer<double> optimizer = words[0] == "sgd"
            ? new Sgd<double>(problem.Parameters, problem.Gradients,
            new SgdOptions { IsNesterov = words.Contains("nesterov"), Dampening = words.Contains("dampened") ? 0.5 : 0 })
            : OptimizerCases.Create(name, problem);
        var numbers = new Hyperparameters(0.1, 0, 0.9, words.Contains("ahead") ? 0.6 : null);
        var today = new Hyperparameters[optimizer.Groups];
        Array.Fill(today, numbers);
        // The first gradient of SGD is not dampened: it is nothing here.
        Assert.True(optimizer.Update(today, _workers));
        problem.Differentiate(1);
        Tensor<double> weights = problem.Parameters.Tensors[0];
        double[] start = weights.Span.ToArray(), gradient = problem.Gradients.Tensors[0].Span.ToArray();
        Assert.True(optimizer.Update(today, _workers));
        double total = optimizer.TotalRateOf(0, numbers);
        problem.Gradients.Span.Clear();
        for (int step = 0; step < 300; step++) Assert.True(optimizer.Update(today, _workers));
        double moved = 0;
        for (int i = 0; i < start.Length; i++) moved += (start[i] - weights.Span[i]) / gradient[i] / start.Length;
        Assert.Equal(1, total / moved, 1e-6);
    }

    [Theory]
    [InlineData(-0.1, 0, 0)]
    [InlineData(double.NaN, 0, 0)]
    [InlineData(double.PositiveInfinity, 0, 0)]
    [InlineData(0.1, double.NaN, 0)]
    [InlineData(0.1, 0, -0.5)]
    [InlineData(0.1, 0, double.PositiveInfinity)]
    public void Numbers_that_no_weights_would_survive_are_refused_and_nothing_changes(double rate, double decay, double momentum)
    {
        using var problem = new FlatProblem<float>();
        using var optimizer = OptimizerCases.Create("wngrad", problem);
        Run(optimizer, problem, 0, 1);
        double[] before = problem.Weights();
        Assert.Throws<ArgumentOutOfRangeException>(() => optimizer.Update([new(0.1, 0, 0), new(rate, decay, momentum)], _workers));
        Assert.Equal(before, problem.Weights());
    }

    [Fact]
    public void Gradients_that_are_not_laid_out_as_the_parameters_and_groups_below_0_are_refused()
    {
        using var problem = new FlatProblem<float>();
        using Region<float> other = new(), bare = new();
        other.Declare("conv.weight", 3, 3, 5, 7);
        other.Allocate();
        bare.Mirror(problem.Parameters);
        Assert.Contains("Mirror", Assert.Throws<ArgumentException>(() => new Sgd<float>(problem.Parameters, other, new())).Message,
            StringComparison.Ordinal);
        Assert.Contains("allocated", Assert.Throws<ArgumentException>(() => new Sgd<float>(problem.Parameters, bare, new())).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new Sgd<float>(problem.Parameters, problem.Gradients, new(), _ => -1));
        Assert.Throws<InvalidOperationException>(() => other.Mirror(problem.Parameters));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_update_allocates_nothing(string name)
    {
        using var problem = new FlatProblem<float>();
        using var optimizer = OptimizerCases.Create(name, problem);
        using var alone = new Workers(1);
        Hyperparameters[] numbers = FlatProblem<float>.NumbersAt(0);
        problem.Differentiate(0);
        optimizer.Update(numbers, alone);
        Assert.Equal(0, Allocations.Of(() => optimizer.Update(numbers, alone)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_rate_of_a_tensor_is_positive_once_an_update_was_made_and_the_norm_is_that_of_the_gradient(string name)
    {
        using var problem = new FlatProblem<double>();
        using var optimizer = OptimizerCases.Create(name, problem);
        Run(optimizer, problem, 0, 2);
        for (int tensor = 0; tensor < problem.Parameters.Tensors.Count; tensor++) Assert.InRange(optimizer.RateOf(tensor), 1e-12, 1e3);

        problem.Differentiate(2);
        double norm = Math.Sqrt(problem.Slopes().Sum(g => g * g));
        optimizer.Update([new(0.1, 0, 0), new(0.1, 0, 0)], _workers);
        Assert.Equal(norm, optimizer.GradientNorm, norm * 1e-12);
    }

    // Coupled decay belongs to the gradient of which a rule takes the norm, and of that norm's cells.
    [Theory]
    [InlineData("wngrad")]
    [InlineData("wngrad channel")]
    [InlineData("wngrad kernel")]
    [InlineData("wn-adam channel")]
    [InlineData("adagrad-norm kernel")]
    public void The_norm_that_a_rule_takes_its_step_from_has_coupled_decay_in_it(string name)
    {
        using var problem = new FlatProblem<double>();
        using var optimizer = OptimizerCases.Create(name, problem);
        Run(optimizer, problem, 0, 2);
        problem.Differentiate(2);
        double norm = Math.Sqrt(problem.Slopes().Zip(problem.Weights(), (g, w) => (g + 0.5 * w) * (g + 0.5 * w)).Sum());
        optimizer.Update([new(0.1, 0.5, 0), new(0.1, 0.5, 0)], _workers);
        Assert.Equal(norm, optimizer.GradientNorm, norm * 1e-12);
    }

    [Theory]
    [InlineData("schedule-free")]
    [InlineData("dog")]
    public void The_weights_to_evaluate_are_a_mean_and_exchanging_them_twice_changes_no_bit(string name)
    {
        using var problem = new FlatProblem<double>();
        using var optimizer = OptimizerCases.Create(name, problem);
        double[] start = problem.Weights();
        optimizer.SwapEvaluationWeights();
        Assert.Equal(start, problem.Weights());
        optimizer.SwapEvaluationWeights();

        var path = new List<double>();
        for (int step = 0; step < 8; step++)
        {
            Run(optimizer, problem, step, step + 1);
            path.Add(name == "dog" ? problem.Parameters.Tensors[0].Span[0] : optimizer.Slots[0].Value.Tensors[0].Span[0]);
        }
        double[] trained = problem.Weights();
        optimizer.SwapEvaluationWeights();
        // Schedule-Free: by the squares of the largest rate so far, 0.02, 0.04, 0.06, 0.06, ...; DoG: 9 / (t + 8) of each new one.
        double mean = 0, sum = 0;
        for (int t = 1; t <= path.Count; t++)
        {
            double weight = Math.Min(t, 3) * Math.Min(t, 3);
            sum += weight;
            mean += (name == "dog" ? 9.0 / (t + 8) : weight / sum) * (path[t - 1] - mean);
        }
        Assert.Equal(mean, problem.Parameters.Tensors[0].Span[0], 1e-14);
        Assert.Throws<InvalidOperationException>(() => optimizer.Update(FlatProblem<double>.NumbersAt(8), _workers));
        optimizer.SwapEvaluationWeights();
        Assert.Equal(trained, problem.Weights());
    }

    [Fact]
    public void Numbers_for_another_count_of_groups_are_refused()
    {
        using var problem = new FlatProblem<float>();
        using var optimizer = OptimizerCases.Create("sgd", problem);
        Assert.Equal(2, optimizer.Groups);
        Assert.Throws<ArgumentException>(() => optimizer.Update([default], _workers));
    }

    private static byte[] Bits(string name, int threads)
    {
        using var problem = new FlatProblem<float>();
        using var optimizer = OptimizerCases.Create(name, problem);
        using var workers = new Workers(threads);
        for (int step = 0; step < 5; step++)
        {
            problem.Differentiate(step);
            optimizer.Update(FlatProblem<float>.NumbersAt(step), workers);
        }
        return [.. MemoryMarshal.AsBytes(problem.Parameters.Span), .. MemoryOf(optimizer)];
    }

    private static double[] RatesOf(Optimizer<float> optimizer) => [.. Enumerable.Range(0, 5).Select(optimizer.RateOf)];

    private static byte[] MemoryOf(Optimizer<float> optimizer) =>
    [
        .. optimizer.Slots.SelectMany(slot => MemoryMarshal.AsBytes(slot.Value.Span).ToArray()),
        .. optimizer.Accumulators.Tensors.SelectMany(tensor => MemoryMarshal.AsBytes(tensor.Span).ToArray()),
    ];

    private void Run<T>(string name, FlatProblem<T> problem, int begin, int end) where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var optimizer = OptimizerCases.Create(name, problem);
        Run(optimizer, problem, begin, end);
    }

    private void Run<T>(Optimizer<T> optimizer, FlatProblem<T> problem, int begin, int end) where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int step = begin; step < end; step++)
        {
            problem.Differentiate(step);
            optimizer.Update(FlatProblem<T>.NumbersAt(step), _workers);
        }
    }

    /// <summary>The largest difference, relative to the largest number.</summary>
    private static double Distance(double[] expected, double[] actual) =>
        expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max() / expected.Max(Math.Abs);
}
