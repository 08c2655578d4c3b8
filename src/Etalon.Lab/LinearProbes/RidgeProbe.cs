using Etalon.Lab.Numerics;
using Etalon.Numerics;

namespace Etalon.Lab.LinearProbes;

/// <summary>
/// Ridge regression of one-hot classes on features, in closed form: the W, b that minimize sum |y - W x - b|^2 / n + λ |W|^2. The bias is
/// not penalized.
/// </summary>
/// <remarks>
/// <para>
/// With X (n x d) and Y (n x k) centered, W = (X'X + nλ)^-1 X'Y = X'(XX' + nλ)^-1 Y; the smaller of the two Gram matrices is factored by
/// <see cref="Cholesky"/>. Both ways give the error of leaving an example out without fitting again: e / (1 - h), where e is its residual
/// and h its leverage, 1/n + x'(X'X + nλ)^-1 x.
/// </para>
/// <para>λ is the one of <see cref="Strengths"/> with the smallest mean squared leave-one-out error; of equal ones the larger.</para>
/// </remarks>
internal static class RidgeProbe
{
    /// <summary>The penalties that are tried: 10^2, 10^1.5, ..., 10^-6, on features of variance 1.</summary>
    public static IReadOnlyList<double> Strengths { get; } = [.. Enumerable.Range(0, 17).Select(i => Elementary.Pow(10, 2 - 0.5 * i))];

    /// <summary>Fits with the best penalty.</summary>
    public static RidgeFit Fit(FeatureTable training) => Fit(training, Strengths).MinBy(fit => fit.LeaveOneOutError)!;

    /// <summary>Fits with each of some penalties.</summary>
    /// <param name="training">At least two examples.</param>
    /// <param name="strengths">Each above 0.</param>
    public static IReadOnlyList<RidgeFit> Fit(FeatureTable training, IReadOnlyList<double> strengths)
    {
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(strengths);
        ArgumentOutOfRangeException.ThrowIfLessThan(training.Count, 2, nameof(training));
        var problem = new Problem(training);
        return [.. strengths.Select(problem.Fit)];
    }

    private sealed class Problem
    {
        private readonly int _n, _d, _k;
        private readonly double[] _x, _y, _meansOfX, _meansOfY;
        private readonly bool _isDual;
        // [d][d] or, in the dual form, [n][n].
        private readonly double[] _gram;

        public Problem(FeatureTable training)
        {
            (_n, _d, _k) = (training.Count, training.Dimension, training.ClassCount);
            (_x, _y) = (training.Values.ToArray(), new double[_n * _k]);
            for (int i = 0; i < _n; i++) _y[i * _k + training.Labels[i]] = 1;
            (_meansOfX, _meansOfY) = (Center(_x, _d), Center(_y, _k));
            _isDual = _n < _d;
            _gram = _isDual ? Outer() : Inner(_x, _d);
        }

        public RidgeFit Fit(double strength)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(strength);
            double ridge = _n * strength;
            var factor = new Cholesky(_gram, _isDual ? _n : _d, ridge);
            var weights = new double[_d * _k];
            double squares = _isDual ? SolveDual(factor, ridge, weights) : SolvePrimal(factor, weights);
            var biases = (double[])_meansOfY.Clone();
            for (int j = 0; j < _d; j++)
                for (int c = 0; c < _k; c++) biases[c] -= _meansOfX[j] * weights[j * _k + c];
            return new(new LinearClassifier(weights, biases), strength, squares / _n);
        }

        private double SolvePrimal(Cholesky factor, double[] weights)
        {
            var cross = Inner(_y, _k);
            var column = new double[_d];
            for (int c = 0; c < _k; c++)
            {
                for (int j = 0; j < _d; j++) column[j] = cross[j * _k + c];
                factor.Solve(column);
                for (int j = 0; j < _d; j++) weights[j * _k + c] = column[j];
            }
            double squares = 0;
            for (int i = 0; i < _n; i++)
            {
                var x = _x.AsSpan(i * _d, _d);
                double residual = 0;
                for (int c = 0; c < _k; c++)
                {
                    double error = _y[i * _k + c];
                    for (int j = 0; j < _d; j++) error -= x[j] * weights[j * _k + c];
                    residual += error * error;
                }
                x.CopyTo(column);
                factor.SolveLower(column);
                double rest = 1 - 1.0 / _n - SquareOf(column);
                squares += residual / (rest * rest);
            }
            return squares;
        }

        // With G = (XX' + nλ)^-1 and A = G Y the residuals are nλ A, and 1 - h is nλ G_ii - 1/n.
        private double SolveDual(Cholesky factor, double ridge, double[] weights)
        {
            var rest = new double[_n];
            var column = new double[_n];
            for (int i = 0; i < _n; i++)
            {
                Array.Clear(column);
                column[i] = 1;
                factor.SolveLower(column);
                rest[i] = ridge * SquareOf(column) - 1.0 / _n;
            }
            double squares = 0;
            for (int c = 0; c < _k; c++)
            {
                for (int i = 0; i < _n; i++) column[i] = _y[i * _k + c];
                factor.Solve(column);
                for (int i = 0; i < _n; i++)
                {
                    double error = ridge * column[i] / rest[i];
                    squares += error * error;
                    for (int j = 0; j < _d; j++) weights[j * _k + c] += _x[i * _d + j] * column[i];
                }
            }
            return squares;
        }

        // X'B, [d][columns].
        private double[] Inner(double[] b, int columns)
        {
            var sums = new double[_d * columns];
            for (int i = 0; i < _n; i++)
            {
                var row = b.AsSpan(i * columns, columns);
                for (int j = 0; j < _d; j++)
                {
                    double x = _x[i * _d + j];
                    var sum = sums.AsSpan(j * columns, columns);
                    for (int c = 0; c < row.Length; c++) sum[c] += x * row[c];
                }
            }
            return sums;
        }

        // XX', [n][n].
        private double[] Outer()
        {
            var products = new double[_n * _n];
            for (int i = 0; i < _n; i++)
                for (int j = 0; j <= i; j++)
                    for (int f = 0; f < _d; f++) products[i * _n + j] += _x[i * _d + f] * _x[j * _d + f];
            return products;
        }

        private double[] Center(double[] values, int columns)
        {
            var means = new double[columns];
            for (int i = 0; i < values.Length; i++) means[i % columns] += values[i] / _n;
            for (int i = 0; i < values.Length; i++) values[i] -= means[i % columns];
            return means;
        }

        private static double SquareOf(double[] values)
        {
            double sum = 0;
            foreach (double value in values) sum += value * value;
            return sum;
        }
    }
}

/// <summary>A ridge regression on one-hot classes.</summary>
/// <param name="Classifier">The solution.</param>
/// <param name="Strength">The penalty λ.</param>
/// <param name="LeaveOneOutError">The mean over the examples of the squared distance of an example's one-hot class from the scores that it
/// gets from the fit to all the others.</param>
internal sealed record RidgeFit(LinearClassifier Classifier, double Strength, double LeaveOneOutError);
