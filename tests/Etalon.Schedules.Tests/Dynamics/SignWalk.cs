namespace Etalon.Schedules.Tests.Dynamics;

/// <summary>Lion and Signum driven by noise alone: gradients of mean 0, orthogonal to the weights, 1/|w| as large.</summary>
internal static class SignWalk
{
    /// <summary>
    /// The root of the mean of |w|² before each update and after the last, and the root mean square angle of each, over replicas. The sign
    /// is that of β₁ m + (1 - β₁) g, and then m' = β₂ m + (1 - β₂) g; Signum has both betas alike.
    /// </summary>
    public static (double[] Norms, double[] Angles) Of(
        Func<int, double> rates, double decay, double beta1, double beta2, double start, int dimension, int steps, int replicas)
    {
        double[] squares = new double[steps + 1], turns = new double[steps];
        for (var replica = 0; replica < replicas; replica++)
        {
            var random = new Random(2000 + replica);
            double[] w = AdamWalk.Normal(random, dimension), m = new double[dimension];
            var norm = Math.Sqrt(w.Sum(x => x * x));
            for (var i = 0; i < dimension; i++) w[i] *= start / norm;
            for (var t = 0; t < steps; t++)
            {
                var square = w.Sum(x => x * x);
                squares[t] += square / replicas;
                var (g, rate) = (AdamWalk.Normal(random, dimension), rates(t));
                var along = g.Zip(w, (a, b) => a * b).Sum() / square;
                double product = 0, next = 0;
                for (var i = 0; i < dimension; i++)
                {
                    var slope = (g[i] - along * w[i]) / Math.Sqrt(square);
                    var moved = (1 - rate * decay) * w[i] - rate * Math.Sign(beta1 * m[i] + (1 - beta1) * slope);
                    (product, next) = (product + w[i] * moved, next + moved * moved);
                    m[i] = beta2 * m[i] + (1 - beta2) * slope;
                    w[i] = moved;
                }
                var angle = Math.Acos(Math.Min(1, product / Math.Sqrt(square * next)));
                turns[t] += angle * angle / replicas;
            }
            squares[steps] += w.Sum(x => x * x) / replicas;
        }
        return (Array.ConvertAll(squares, Math.Sqrt), Array.ConvertAll(turns, Math.Sqrt));
    }
}
