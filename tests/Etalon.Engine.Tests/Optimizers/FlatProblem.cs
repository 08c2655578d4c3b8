using System.Collections.Concurrent;
using System.Numerics;

namespace Etalon.Engine.Tests.Optimizers;

/// <summary>Some parameter tensors with gradients that are drawn step by step: what an optimizer sees of a network.</summary>
internal sealed class FlatProblem<T> : IDisposable where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>
    /// A few kernels, rows enough for several chunks and panels, and so many kernels that cells are worked on column by column, in one row
    /// and in three.
    /// </summary>
    public static readonly (string Name, int[] Shape)[] Tensors =
        [("conv.weight", [3, 3, 5, 7]), ("head.weight", [9500, 7]), ("head.bias", [6]), ("wide.weight", [1, 1, 150, 130]),
            ("tall.weight", [3, 1, 50, 50])];

    public FlatProblem()
    {
        foreach (var (name, shape) in Tensors) Parameters.Declare(name, shape);
        Gradients.Mirror(Parameters);
        Parameters.Allocate();
        Gradients.Allocate();
        Fill(Parameters, "start", 0);
    }

    public Region<T> Parameters { get; } = new();

    public Region<T> Gradients { get; } = new();

    /// <summary>The head is a group of its own.</summary>
    public static int GroupOf(string tensor) => tensor.StartsWith("head", StringComparison.Ordinal) ? 1 : 0;

    /// <summary>The numbers of a step, of both groups.</summary>
    public static Hyperparameters[] NumbersAt(int step) =>
        [new(0.02 * (step % 3 + 1), 0.01, 0.9 - 0.1 * (step % 2)), new(0.05, 0.03 * (step % 2), 0.5)];

    /// <summary>
    /// Draws the gradient of a step: its numbers are float32's, so that both precisions see the same. At the first step every third channel
    /// of the head has none, and every third kernel of the tensors with many.
    /// </summary>
    public void Differentiate(int step)
    {
        Fill(Gradients, "gradient", step);
        if (step > 0) return;
        foreach (var tensor in Gradients.Tensors.Where(tensor => tensor.Shape.Count > 1).Skip(1))
        {
            int cells = tensor.Shape.TakeLast(tensor.Shape.Count == 4 ? 2 : 1).Aggregate((a, b) => a * b);
            for (int i = 0; i < tensor.Length; i++)
                if (i % cells % 3 == 0) tensor.Span[i] = T.Zero;
        }
    }

    /// <summary>Draws the gradient of a step that points the same way at every step, but for noise as large as itself.</summary>
    public void Drift(int step)
    {
        Fill(Gradients, "gradient", step);
        var way = Drawn.At("way", 0).AsSpan();
        foreach (var tensor in Gradients.Tensors)
        {
            for (int i = 0; i < tensor.Length; i++) tensor.Span[i] += T.CreateChecked(way[i]);
            way = way[(int)tensor.Length..];
        }
    }

    public double[] Weights() => [.. Parameters.Tensors.SelectMany(tensor => tensor.Span.ToArray()).Select(double.CreateChecked)];

    public double[] Slopes() => [.. Gradients.Tensors.SelectMany(tensor => tensor.Span.ToArray()).Select(double.CreateChecked)];

    private static void Fill(Region<T> region, string purpose, int step)
    {
        var numbers = Drawn.At(purpose, step).AsSpan();
        foreach (var tensor in region.Tensors)
        {
            for (int i = 0; i < tensor.Length; i++) tensor.Span[i] = T.CreateChecked(numbers[i]);
            numbers = numbers[(int)tensor.Length..];
        }
    }

    public void Dispose()
    {
        Parameters.Dispose();
        Gradients.Dispose();
    }

    /// <summary>The numbers of each step, drawn once for all tests.</summary>
    private static class Drawn
    {
        private static readonly ConcurrentDictionary<(string, int), float[]> Steps = [];

        public static float[] At(string purpose, int step) => Steps.GetOrAdd((purpose, step), _ =>
        {
            var stream = new CounterStream(17, purpose, (ulong)step);
            return [.. Enumerable.Range(0, Tensors.Sum(tensor => tensor.Shape.Aggregate((a, b) => a * b)))
                .Select(_ => (float)stream.NextNormal())];
        });
    }
}
