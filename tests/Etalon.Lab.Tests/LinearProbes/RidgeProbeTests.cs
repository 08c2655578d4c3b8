using Etalon.Lab.LinearProbes;
using Etalon.Lab.Numerics;

namespace Etalon.Lab.Tests.LinearProbes;

/// <summary>
/// Ridge regression against its normal equations, solved by elimination with an unpenalized bias, and against leaving each example out.
/// </summary>
public class RidgeProbeTests
{
    [Theory]
    [InlineData(true, 200)]
    [InlineData(false, 200)]
    [InlineData(true, 6)] // fewer examples than the 8 features: the dual form
    [InlineData(false, 6)]
    public void The_solution_is_that_of_the_normal_equations(bool isTrained, int images)
    {
        var table = DigitFeatures.Of(isTrained, images);
        foreach (var fit in RidgeProbe.Fit(table, [1, 1e-3]))
        {
            double[][] naive = Naive(table, Enumerable.Range(0, table.Count), fit.Strength);
            for (int c = 0; c < table.ClassCount; c++)
            {
                // Penalties of 1e-3 on features of variance 1 leave a condition of at most 1e4: 1e-16 becomes 1e-12.
                for (int j = 0; j < table.Dimension; j++)
                    Assert.Equal(naive[c][j], fit.Classifier.Weights[j * table.ClassCount + c], 1e-11);
                Assert.Equal(naive[c][^1], fit.Classifier.Biases[c], 1e-11);
            }
        }
    }

    [Theory]
    [InlineData(true, 40)]
    [InlineData(false, 40)]
    [InlineData(true, 6)]
    [InlineData(false, 7)]
    public void The_error_of_leaving_one_out_is_what_fits_to_all_the_others_give(bool isTrained, int images)
    {
        var table = DigitFeatures.Of(isTrained, images);
        foreach (var fit in RidgeProbe.Fit(table, [10, 0.1, 1e-3]))
        {
            double squares = 0;
            for (int left = 0; left < table.Count; left++)
            {
                // The penalty nλ stays that of all examples.
                double[][] naive = Naive(table, Enumerable.Range(0, table.Count).Where(i => i != left), fit.Strength);
                for (int c = 0; c < table.ClassCount; c++)
                {
                    double score = naive[c][^1];
                    for (int j = 0; j < table.Dimension; j++) score += naive[c][j] * table.Row(left)[j];
                    double error = (table.Labels[left] == c ? 1 : 0) - score;
                    squares += error * error;
                }
            }
            Assert.Equal(squares / table.Count, fit.LeaveOneOutError, 1e-10 * (1 + fit.LeaveOneOutError));
        }
    }

    [Fact]
    public void Of_the_penalties_the_one_with_the_smallest_error_is_taken()
    {
        var table = DigitFeatures.Of(isTrained: true);
        var all = RidgeProbe.Fit(table, RidgeProbe.Strengths);
        var best = RidgeProbe.Fit(table);
        Assert.Equal(all.Min(fit => fit.LeaveOneOutError), best.LeaveOneOutError);
        Assert.InRange(best.Strength, RidgeProbe.Strengths.Min() * 2, RidgeProbe.Strengths.Max() / 2);
        Assert.Equal((100, 1e-6), (RidgeProbe.Strengths[0], Math.Round(RidgeProbe.Strengths[^1], 12)));
    }

    [Fact]
    public void Constant_features_and_classes_without_examples_do_no_harm()
    {
        var fit = RidgeProbe.Fit(new FeatureTable([0, 1, 0, -1, 0, 2, 0, -2], [0, 1, 0, 1], 3));
        Assert.Equal([0, 1], [fit.Classifier.Predict([0, 1.5]), fit.Classifier.Predict([0, -1.5])]);
        Assert.Equal(0, fit.Classifier.Weights[0]);
    }

    [Fact]
    public void A_matrix_that_is_not_positive_definite_is_refused() =>
        Assert.Contains("not positive definite", Assert.Throws<ArithmeticException>(() => new Cholesky([1, 2, 2, 1], 2, 0)).Message,
            StringComparison.Ordinal);

    // [class][feature, then bias]: (Z'Z + nλ D) v = Z'y with a column of ones behind the features, which D leaves out.
    private static double[][] Naive(FeatureTable table, IEnumerable<int> examples, double strength)
    {
        int size = table.Dimension + 1;
        var matrix = new double[size, size];
        var sides = Enumerable.Range(0, table.ClassCount).Select(_ => new double[size]).ToArray();
        foreach (int i in examples)
        {
            double[] z = [.. table.Row(i), 1];
            for (int a = 0; a < size; a++)
            {
                for (int b = 0; b < size; b++) matrix[a, b] += z[a] * z[b];
                sides[table.Labels[i]][a] += z[a];
            }
        }
        for (int a = 0; a < size - 1; a++) matrix[a, a] += table.Count * strength;
        return [.. sides.Select(side => Eliminate((double[,])matrix.Clone(), (double[])side.Clone()))];
    }

    private static double[] Eliminate(double[,] a, double[] b)
    {
        int n = b.Length;
        for (int column = 0; column < n; column++)
        {
            int pivot = Enumerable.Range(column, n - column).MaxBy(row => Math.Abs(a[row, column]));
            for (int k = 0; k < n; k++) (a[column, k], a[pivot, k]) = (a[pivot, k], a[column, k]);
            (b[column], b[pivot]) = (b[pivot], b[column]);
            for (int row = 0; row < n; row++)
            {
                if (row == column) continue;
                double factor = a[row, column] / a[column, column];
                for (int k = column; k < n; k++) a[row, k] -= factor * a[column, k];
                b[row] -= factor * b[column];
            }
        }
        return [.. b.Select((value, row) => value / a[row, row])];
    }
}
