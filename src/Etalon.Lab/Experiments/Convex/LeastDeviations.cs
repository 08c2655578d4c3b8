namespace Etalon.Lab.Experiments.Convex;

/// <summary>The minimum of f(x) = mean_i |a_i.x - y_i|.</summary>
/// <remarks>By least squares with the weights 1 / max(|residual|, delta), again and again, delta falling to 1e-8: the result is at least the minimum, and above it by no more than delta.</remarks>
internal static class LeastDeviations
{
    private const int Rounds = 120;

    private const double Least = 1e-8;

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
            var normal = new double[n, n + 1];
            double sum = 0;
            for (int i = 0; i < rows.Length; i++)
            {
                double residual = y[i];
                for (int k = 0; k < n; k++) residual -= rows[i][k] * x[k];
                sum += Math.Abs(residual);
                Add(normal, rows[i], y[i], 1 / Math.Max(Math.Abs(residual), delta));
            }
            best = Math.Min(best, sum / rows.Length);
            x = Solve(normal);
        }
        return best;
    }

    private static void Add(double[,] normal, double[] row, double y, double weight)
    {
        for (int a = 0; a < row.Length; a++)
        {
            for (int b = 0; b < row.Length; b++) normal[a, b] += weight * row[a] * row[b];
            normal[a, row.Length] += weight * row[a] * y;
        }
    }

    // Gauss's elimination without pivots: the matrix is positive definite, with a ridge also where there are fewer rows than columns.
    private static double[] Solve(double[,] normal)
    {
        int n = normal.GetLength(0);
        double ridge = 0;
        for (int a = 0; a < n; a++) ridge += 1e-13 * normal[a, a];
        for (int a = 0; a < n; a++) normal[a, a] += ridge;
        for (int pivot = 0; pivot < n; pivot++)
            for (int row = pivot + 1; row < n; row++)
            {
                double factor = normal[row, pivot] / normal[pivot, pivot];
                for (int column = pivot; column <= n; column++) normal[row, column] -= factor * normal[pivot, column];
            }
        double[] x = new double[n];
        for (int row = n - 1; row >= 0; row--)
        {
            double rest = normal[row, n];
            for (int column = row + 1; column < n; column++) rest -= normal[row, column] * x[column];
            x[row] = rest / normal[row, row];
        }
        return x;
    }
}
