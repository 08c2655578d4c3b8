namespace Etalon.Lab.Numerics;

/// <summary>
/// Minimizes a smooth convex function by the limited-memory BFGS method (Nocedal and Wright, Numerical Optimization, 2006, algorithms 7.4
/// and 7.5): the direction from the last ten changes of place and gradient, with steps that are halved until the function falls enough
/// (Armijo, 1e-4).
/// </summary>
/// <remarks>On a strictly convex function every pair of changes has a positive product, so a line search for the curvature is not
/// needed.</remarks>
internal static class LimitedMemoryBfgs
{
    private const int Memory = 10, MostEvaluations = 20_000, MostHalvings = 50;

    private const double Decrease = 1e-4;

    /// <summary>Minimizes.</summary>
    /// <param name="evaluate">The function at a place; it writes the gradient.</param>
    /// <param name="place">Where to begin; afterwards the minimum.</param>
    /// <param name="tolerance">The length of the gradient at which to end. Where rounding or 20,000 evaluations end it before, the result
    /// tells.</param>
    public static BfgsMinimum Minimize(Func<double[], double[], double> evaluate, double[] place, double tolerance)
    {
        var pairs = new Queue<Pair>();
        var gradient = new double[place.Length];
        double value = evaluate(place, gradient);
        int evaluations = 1;
        while (Norm(gradient) > tolerance && evaluations < MostEvaluations)
        {
            double[] direction = Direction(gradient, pairs);
            double slope = Dot(direction, gradient), step = pairs.Count == 0 ? Math.Min(1, 1 / Norm(gradient)) : 1;
            var (next, nextGradient) = (new double[place.Length], new double[place.Length]);
            double nextValue = double.PositiveInfinity;
            for (int halving = 0; halving < MostHalvings && !(nextValue <= value + Decrease * step * slope); halving++)
            {
                if (halving > 0) step /= 2;
                for (int i = 0; i < place.Length; i++) next[i] = place[i] + step * direction[i];
                nextValue = evaluate(next, nextGradient);
                evaluations++;
            }
            // No place along the direction is lower in float64: this is the minimum as far as it can be told.
            if (!(nextValue < value)) break;
            Remember(pairs, place, next, gradient, nextGradient);
            next.CopyTo(place, 0);
            (gradient, value) = (nextGradient, nextValue);
        }
        return new(value, Norm(gradient), evaluations);
    }

    private static void Remember(Queue<Pair> pairs, double[] place, double[] next, double[] gradient, double[] nextGradient)
    {
        double[] moved = [.. next.Zip(place, (a, b) => a - b)], turned = [.. nextGradient.Zip(gradient, (a, b) => a - b)];
        // Rounding may leave none where the function is nearly flat.
        if (Dot(moved, turned) is not (var product and > 0)) return;
        pairs.Enqueue(new(moved, turned, product));
        if (pairs.Count > Memory) pairs.Dequeue();
    }

    // The two-loop recursion.
    private static double[] Direction(double[] gradient, Queue<Pair> pairs)
    {
        var direction = Array.ConvertAll(gradient, value => -value);
        if (pairs.Count == 0) return direction;
        var newestFirst = pairs.Reverse().ToArray();
        var shares = new double[newestFirst.Length];
        for (int p = 0; p < shares.Length; p++)
        {
            shares[p] = Dot(newestFirst[p].Moved, direction) / newestFirst[p].Product;
            Add(direction, newestFirst[p].Turned, -shares[p]);
        }
        double scale = newestFirst[0].Product / Dot(newestFirst[0].Turned, newestFirst[0].Turned);
        for (int i = 0; i < direction.Length; i++) direction[i] *= scale;
        for (int p = shares.Length - 1; p >= 0; p--)
            Add(direction, newestFirst[p].Moved, shares[p] - Dot(newestFirst[p].Turned, direction) / newestFirst[p].Product);
        return direction;
    }

    private static void Add(double[] to, double[] values, double factor)
    {
        for (int i = 0; i < to.Length; i++) to[i] += factor * values[i];
    }

    private static double Norm(double[] values) => Math.Sqrt(Dot(values, values));

    private static double Dot(double[] one, double[] two)
    {
        double sum = 0;
        for (int i = 0; i < one.Length; i++) sum += one[i] * two[i];
        return sum;
    }

    private sealed record Pair(double[] Moved, double[] Turned, double Product);
}

/// <summary>Where a minimization ended.</summary>
/// <param name="Value">The function there.</param>
/// <param name="GradientNorm">The length of its gradient there.</param>
/// <param name="Evaluations">Values with gradients that were computed.</param>
internal readonly record struct BfgsMinimum(double Value, double GradientNorm, int Evaluations);
