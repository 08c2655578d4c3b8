using Etalon.Lab.Numerics;

namespace Etalon.Lab.Claims.WnGradConvex;

/// <summary>The minimum of f(x) = mean_i |a_i.x - y_i|.</summary>
/// <remarks>By least squares with the weights 1 / max(|residual|, delta), again and again, delta falling to 1e-8: the result is at least
/// the minimum, and above it by no more than delta.</remarks>
internal static class LeastDeviations
{
    private const int Rounds = 120;

    private const double Least = 1e-8;

    // Of the trace: the matrix stays positive definite where there are fewer rows than columns.
    private const double Ridge = 1e-13;

    /// <summary>min f.</summary>
    /// <param name="rows">a_i, all of one length.</param>
    /// <param name="y">y_i.</param>
    public static double Minimum(double[][] rows, double[] y)
    {
        int n = rows[0].Length;
        double[] x = new double[n];
        double best = double.PositiveInfinity, delta = 1;
        for (int round = 0; round < Rounds; round++, delta = Math.Max(Least, delta * 0.8))
        {
            double[] normal = new double[n * n], right = new double[n];
            double sum = 0;
            for (int i = 0; i < rows.Length; i++)
            {
                double residual = y[i];
                for (int k = 0; k < n; k++) residual -= rows[i][k] * x[k];
                sum += Math.Abs(residual);
                Add(normal, right, rows[i], y[i], 1 / Math.Max(Math.Abs(residual), delta));
            }
            best = Math.Min(best, sum / rows.Length);
            new Cholesky(normal, n, Ridge * Enumerable.Range(0, n).Sum(a => normal[a * n + a])).Solve(right);
            x = right;
        }
        return best;
    }

    private static void Add(double[] normal, double[] right, double[] row, double y, double weight)
    {
        for (int a = 0; a < row.Length; a++)
        {
            for (int b = 0; b < row.Length; b++) normal[a * row.Length + b] += weight * row[a] * row[b];
            right[a] += weight * row[a] * y;
        }
    }
}
