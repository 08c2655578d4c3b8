namespace Etalon.Lab.Claims.WnGradConvex;

/// <summary>f(x) = sum_i lambda_i x_i^2 / 2.</summary>
/// <param name="curvatures">lambda, all above 0.</param>
internal sealed class Quadratic(IReadOnlyList<double> curvatures) : Objective
{
    private readonly double[] _curvatures = [.. curvatures];

    /// <inheritdoc/>
    public override int Dimension => _curvatures.Length;

    /// <inheritdoc/>
    public override double Smoothness => _curvatures.Max();

    /// <inheritdoc/>
    public override double Sharpness => _curvatures.Min();

    /// <inheritdoc/>
    public override double Evaluate(ReadOnlySpan<double> x, Span<double> gradient)
    {
        double value = 0;
        for (int i = 0; i < _curvatures.Length; i++)
        {
            gradient[i] = _curvatures[i] * x[i];
            value += gradient[i] * x[i] / 2;
        }
        return value;
    }

    /// <summary>Curvatures from <paramref name="least"/> to <paramref name="most"/> in equal steps.</summary>
    public static Quadratic Between(double least, double most, int dimension) =>
        new([.. Enumerable.Range(0, dimension).Select(i => dimension == 1 ? most : least + (most - least) * i / (dimension - 1))]);
}
