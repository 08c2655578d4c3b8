using Etalon.Engine;

namespace Etalon.Lab.Claims.WnGradConvex;

/// <summary>
/// Least squares with Gaussian data: f(x) = |A x - y|^2 / (2 m), with A [m][d] and x* of independent standard normal numbers and y = A x*;
/// each row alone is a stochastic part of it.
/// </summary>
/// <remarks>The synthetic experiment of Ward, Wu and Bottou, "AdaGrad stepsizes", ICML 2019, section 4.1.</remarks>
internal sealed class GaussianRegression
{
    private readonly double[] _rows, _y, _solution;

    /// <summary>Draws the data.</summary>
    /// <param name="rows">m.</param>
    /// <param name="dimension">d.</param>
    /// <param name="seed">What it is drawn from.</param>
    public GaussianRegression(int rows, int dimension, ulong seed)
    {
        (Rows, Dimension, _rows, _y) = (rows, dimension, new double[rows * dimension], new double[rows]);
        var stream = new CounterStream(seed, "regression rows");
        foreach (ref double number in _rows.AsSpan()) number = stream.NextNormal();
        stream = new CounterStream(seed, "regression solution");
        _solution = new double[dimension];
        foreach (ref double number in _solution.AsSpan()) number = stream.NextNormal();
        for (int i = 0; i < rows; i++) _y[i] = Dot(Row(i), _solution);
    }

    /// <summary>m.</summary>
    public int Rows { get; }

    /// <summary>d.</summary>
    public int Dimension { get; }

    /// <summary>x*, where f is 0.</summary>
    public IReadOnlyList<double> Solution => _solution;

    /// <summary>The part of one row: (a.x - y)^2 / 2, and its slope times <paramref name="weight"/> added to the gradient.</summary>
    public double AddRow(int row, ReadOnlySpan<double> x, double weight, Span<double> gradient)
    {
        var a = Row(row);
        double residual = Dot(a, x) - _y[row], slope = weight * residual;
        for (int i = 0; i < a.Length; i++) gradient[i] += slope * a[i];
        return residual * residual / 2;
    }

    /// <summary>f(x) and its gradient.</summary>
    public double Evaluate(ReadOnlySpan<double> x, Span<double> gradient)
    {
        gradient.Clear();
        double sum = 0;
        for (int row = 0; row < Rows; row++) sum += AddRow(row, x, 1.0 / Rows, gradient);
        return sum / Rows;
    }

    /// <summary>The gradient of the mean over a batch of rows drawn with replacement.</summary>
    public void Differentiate(ReadOnlySpan<double> x, int batch, ref CounterStream stream, Span<double> gradient)
    {
        gradient.Clear();
        for (int i = 0; i < batch; i++) AddRow((int)stream.NextBelow((uint)Rows), x, 1.0 / batch, gradient);
    }

    private ReadOnlySpan<double> Row(int row) => _rows.AsSpan(row * Dimension, Dimension);

    // Four sums side by side: the loop over a single one waits for each addition.
    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        int i = 0;
        for (; i <= a.Length - 4; i += 4)
        {
            s0 += a[i] * b[i];
            s1 += a[i + 1] * b[i + 1];
            s2 += a[i + 2] * b[i + 2];
            s3 += a[i + 3] * b[i + 3];
        }
        for (; i < a.Length; i++) s0 += a[i] * b[i];
        return (s0 + s1) + (s2 + s3);
    }
}
