using System.Collections.Concurrent;

namespace Etalon.Schedules.Tests.Equivalence;

/// <summary>
/// A random scale-invariant loss for each step: f(w) = u'A u/2 + b'u with u = w/|w|, where A and b are drawn anew at every step.
/// </summary>
internal sealed class SphereLoss(int seed, int dimension = 10, double curvature = 1, double slope = 1)
{
    /// <summary>What a step draws follows from the step alone, so tests that run side by side may share a loss.</summary>
    private readonly ConcurrentDictionary<long, (double[,] A, double[] B)> _steps = [];

    public int Dimension => dimension;

    /// <summary>A start that no step has anything to do with.</summary>
    public double[] Start()
    {
        var random = new Random(seed);
        var w = new double[dimension];
        for (var i = 0; i < dimension; i++) w[i] = Normal(random);
        return w;
    }

    /// <summary>(I - u u')(A u + b)/|w|.</summary>
    public double[] Gradient(long step, ReadOnlySpan<double> w)
    {
        var now = _steps.GetOrAdd(step, Draw);
        var norm = Norm(w);
        var raw = new double[dimension];
        var along = 0.0;
        for (var i = 0; i < dimension; i++)
        {
            raw[i] = now.B[i];
            for (var j = 0; j < dimension; j++) raw[i] += now.A[i, j] * (w[j] / norm);
            along += raw[i] * (w[i] / norm);
        }
        for (var i = 0; i < dimension; i++) raw[i] = (raw[i] - along * (w[i] / norm)) / norm;
        return raw;
    }

    public static double Norm(ReadOnlySpan<double> w)
    {
        var sum = 0.0;
        foreach (var x in w) sum += x * x;
        return Math.Sqrt(sum);
    }

    private (double[,], double[]) Draw(long step)
    {
        var random = new Random(unchecked((int)(seed * 1_000_003L + step * 7919 + 1)));
        var a = new double[dimension, dimension];
        var b = new double[dimension];
        for (var i = 0; i < dimension; i++)
        {
            b[i] = slope * Normal(random);
            for (var j = 0; j <= i; j++) a[i, j] = a[j, i] = curvature * Normal(random);
        }
        return (a, b);
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
