using System.Numerics;

namespace Etalon.Engine.Tests.Monitors;

public sealed class UpdateMonitorTests
{
    // Tensors of one and of several chunks, in two groups; "out" is not watched.
    private static readonly (string Name, int Length)[] Layout = [("a", 20_000), ("out", 50), ("b", 33), ("c", 40_000)];
    private static readonly IReadOnlyList<IReadOnlyList<string>> Groups = [["a", "b"], ["c"]];

    [Fact]
    public void Products_have_the_same_bits_for_any_number_of_threads_and_those_of_all_are_the_groups_sums()
    {
        var one = Watch<float>(threads: 1, new SgdOptions());
        foreach (int threads in (int[])[2, 3, 5]) Assert.Equal(one, Watch<float>(threads, new SgdOptions()));
        Assert.Equal(one[2].WeightSquare, one[0].WeightSquare + one[1].WeightSquare);
        Assert.Equal(one[2].ChangeWeight, one[0].ChangeWeight + one[1].ChangeWeight);
        Assert.All(one, products => Assert.True(products.BufferGradient != 0 && products.NextSquare != products.WeightSquare));
    }

    [Fact]
    public void A_reading_allocates_no_managed_memory()
    {
        using var state = new State<float>();
        using var workers = new Workers(1);
        using var monitor = new UpdateMonitor<float>(state.Weights, state.Gradients, state.Weights, Groups);
        double sum = 0;
        void Read()
        {
            monitor.Before(workers);
            monitor.After(workers);
            for (int group = 0; group <= Groups.Count; group++) sum += monitor[group].Angle;
        }
        Assert.Equal(0, Allocations.Of(Read));
    }

    [Theory]
    [InlineData(1.0, 0.1)]
    [InlineData(1e-2, 0.1)]
    [InlineData(1e-4, 1e-3)]
    [InlineData(1e-6, 1e-3)]
    [InlineData(1e-6, 1e-6)]
    [InlineData(1e-12, 0)]
    public void The_angle_is_accurate_far_below_what_a_decay_shrinks(double angle, double shrinking)
    {
        // w' = (1 - shrinking) (w cos(angle) + u sin(angle)) with u orthogonal to w and as long.
        double[] w = [3, 0, 4], u = [0, 5, 0];
        double[] next = [.. w.Zip(u, (a, b) => (1 - shrinking) * (a * Math.Cos(angle) + b * Math.Sin(angle)))];
        // The square of the orthogonal part is a difference of squares of the size of the radial part's.
        double ratio = shrinking / angle;
        Assert.Equal(angle, Measure(w, next).Angle, angle * 4e-16 * (1 + ratio * ratio) + 1e-16);
    }

    [Fact]
    public void In_float32_an_angle_of_a_millionth_is_measured_to_the_rounding_of_the_weights()
    {
        float[] w = [1, 0], next = [1, 1e-6f];
        Assert.Equal(1e-6, Measure(w, next).Angle, 1e-13);
        // What the arc cosine makes of the same in float32.
        Assert.Equal(0, MathF.Acos((w[0] * next[0] + w[1] * next[1]) / MathF.Sqrt(next[0] * next[0] + next[1] * next[1])));
    }

    [Fact]
    public void An_update_without_rate_turns_nothing_and_shrinking_alone_turns_nothing()
    {
        Assert.Equal(0, Measure<double>([1, 2, 3], [1, 2, 3]).Angle);
        Assert.Equal(0, Measure<double>([1, 2, 4], [0.5, 1, 2]).Angle, 1e-15);
        Assert.Equal(Math.PI, Measure<double>([1, 2, 4], [-1, -2, -4]).Angle, 1e-15);
    }

    private static UpdateProducts Measure<T>(T[] w, T[] next) where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var workers = new Workers(1);
        using var weights = new Region<T>();
        using var zeros = new Region<T>();
        weights.Declare("w", w.Length);
        weights.Allocate();
        zeros.Mirror(weights);
        zeros.Allocate();
        using var monitor = new UpdateMonitor<T>(weights, zeros, zeros, [["w"]]);
        w.CopyTo(weights["w"].Span);
        monitor.Before(workers);
        next.CopyTo(weights["w"].Span);
        monitor.After(workers);
        return monitor[0];
    }

    private static UpdateProducts[] Watch<T>(int threads, SgdOptions options) where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var state = new State<T>();
        using var workers = new Workers(threads);
        using var sgd = new Sgd<T>(state.Weights, state.Gradients, options);
        using var monitor = new UpdateMonitor<T>(state.Weights, state.Gradients, sgd.Velocity, Groups);
        for (int step = 0; step < 2; step++)
        {
            monitor.Before(workers);
            sgd.Update([new(0.1, 5e-4, 0.9)], workers);
            monitor.After(workers);
        }
        return [monitor[0], monitor[1], monitor[2]];
    }

    private sealed class State<T> : IDisposable where T : unmanaged, IFloatingPointIeee754<T>
    {
        public State()
        {
            foreach (var (name, length) in Layout) Weights.Declare(name, length);
            Weights.Allocate();
            Gradients.Mirror(Weights);
            Gradients.Allocate();
            foreach (var tensor in Weights.Tensors.Concat(Gradients.Tensors))
            {
                var stream = new CounterStream(7, tensor.Name);
                foreach (ref T number in tensor.Span) number = T.CreateTruncating(stream.NextNormal());
            }
        }

        public Region<T> Weights { get; } = new();

        public Region<T> Gradients { get; } = new();

        public void Dispose()
        {
            Weights.Dispose();
            Gradients.Dispose();
        }
    }
}
