namespace Etalon.Schedules.Tests.Dynamics;

/// <summary>AdamW driven by noise alone: gradients of mean 0, orthogonal to the weights, 1/|w| as large.</summary>
internal static class AdamWalk
{
    /// <summary>The root of the mean of |w|² over replicas, before each update and after the last.</summary>
    public static double[] Norms(
        Func<int, double> rates, double decay, double beta1, double beta2, double start, int dimension, int steps, int replicas)
    {
        var squares = new double[steps + 1];
        for (var replica = 0; replica < replicas; replica++)
        {
            var random = new Random(1000 + replica);
            double[] w = Normal(random, dimension), m = new double[dimension], u = new double[dimension];
            var norm = Math.Sqrt(w.Sum(x => x * x));
            for (var i = 0; i < dimension; i++) w[i] *= start / norm;
            for (var t = 0; t <= steps; t++)
            {
                var square = w.Sum(x => x * x);
                squares[t] += square / replicas;
                if (t == steps) break;
                var (g, rate) = (Normal(random, dimension), rates(t));
                var along = g.Zip(w, (a, b) => a * b).Sum() / square;
                var (correction1, correction2) = (1 - Math.Pow(beta1, t + 1), 1 - Math.Pow(beta2, t + 1));
                for (var i = 0; i < dimension; i++)
                {
                    var slope = (g[i] - along * w[i]) / Math.Sqrt(square);
                    m[i] = beta1 * m[i] + (1 - beta1) * slope;
                    u[i] = beta2 * u[i] + (1 - beta2) * slope * slope;
                    w[i] = (1 - rate * decay) * w[i] - rate * (m[i] / correction1) / Math.Sqrt(u[i] / correction2);
                }
            }
        }
        return Array.ConvertAll(squares, Math.Sqrt);
    }

    public static double[] Normal(Random random, int count)
    {
        var numbers = new double[count];
        for (var i = 0; i < count; i += 2)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())), angle = 2 * Math.PI * random.NextDouble();
            numbers[i] = radius * Math.Cos(angle);
            if (i + 1 < count) numbers[i + 1] = radius * Math.Sin(angle);
        }
        return numbers;
    }
}
