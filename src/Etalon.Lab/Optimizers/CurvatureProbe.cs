using System.Numerics;
using Etalon.Engine;
using Etalon.Lab.Data;

namespace Etalon.Lab.Optimizers;

/// <summary>
/// The curvature that a network's loss on the first batch has near its weights: the largest |grad f(u) - grad f(w)| / |u - w| over a few
/// points u, which is at most the smoothness L.
/// </summary>
internal static class CurvatureProbe
{
    private const int Points = 3;

    // Of 1 + |w|: a float32 gradient is good to six digits or so, and of their difference three are left.
    private const double Distance = 1e-3;

    /// <summary>Measures it, and leaves the network as it was.</summary>
    public static double Measure<T>(Network<T> network, BatchSource<T> source, ulong seed) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var batch = new Batch<T>(source);
        batch.Read(source, 0, 0);
        T[] weights = network.Parameters.Span.ToArray(), state = network.State.Span.ToArray(), gradient = Differentiate(network, batch);
        double largest = 0;
        for (int point = 0; point < Points; point++)
        {
            double way = Distance * (1 + Norm<T>(weights)), moved = 0, changed = 0;
            T[] direction = Draw(network, seed, point);
            double length = Norm<T>(direction);
            for (int i = 0; i < weights.Length; i++)
                network.Parameters.Span[i] = weights[i] + T.CreateTruncating(way / length) * direction[i];
            T[] there = Differentiate(network, batch);
            for (int i = 0; i < weights.Length; i++)
            {
                moved += Square(network.Parameters.Span[i] - weights[i]);
                changed += Square(there[i] - gradient[i]);
            }
            largest = Math.Max(largest, Math.Sqrt(changed / moved));
        }
        weights.CopyTo(network.Parameters.Span);
        state.CopyTo(network.State.Span);
        if (largest > 0 && double.IsFinite(largest)) return largest;
        throw new InputException(
            $"optimizer.initial_unit = curvature: the loss has the curvature {largest} near the initial weights; write constant or "
            + $"gradient-norm");
    }

    private static T[] Differentiate<T>(Network<T> network, Batch<T> batch) where T : unmanaged, IFloatingPointIeee754<T>
    {
        network.Forward(batch.Pixels, batch.Labels, isTraining: true);
        network.Backward();
        return network.Gradients.Span.ToArray();
    }

    // The gaps between tensors stay 0.
    private static T[] Draw<T>(Network<T> network, ulong seed, int point) where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] direction = new T[network.Parameters.Length];
        foreach (var tensor in network.Parameters.Tensors)
        {
            var stream = new CounterStream(seed, $"curvature/{tensor.Name}", (ulong)point);
            for (long i = 0; i < tensor.Length; i++) direction[tensor.Offset + i] = T.CreateTruncating(stream.NextNormal());
        }
        return direction;
    }

    private static double Norm<T>(T[] numbers) where T : unmanaged, IFloatingPointIeee754<T>
    {
        double sum = 0;
        foreach (T number in numbers) sum += Square(number);
        return Math.Sqrt(sum);
    }

    private static double Square<T>(T number)
        where T : unmanaged, IFloatingPointIeee754<T> => double.CreateTruncating(number) * double.CreateTruncating(number);
}
