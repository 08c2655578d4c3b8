namespace Etalon.Lab.Claims.WnGradConvex;

/// <summary>
/// f(x) = sum_i lambda_i x_i^2 / (2 (1 + x_i^2)): a bowl that becomes flat far out, so it is not convex, and its gradient vanishes at
/// infinity as well as at the minimum.
/// </summary>
/// <param name="curvatures">lambda, all above 0: the curvature at the minimum, and the largest anywhere, since |(x^2 / (2 + 2 x^2))''| = |1
/// - 3 x^2| / (1 + x^2)^3 is at most 1.</param>
internal sealed class SaturatingSquares(IReadOnlyList<double> curvatures) : Objective
{
    private readonly double[] _curvatures = [.. curvatures];

    /// <inheritdoc/>
    public override int Dimension => _curvatures.Length;

    /// <inheritdoc/>
    public override double Smoothness => _curvatures.Max();

    /// <inheritdoc/>
    public override double Sharpness => 0;

    /// <inheritdoc/>
    public override double Evaluate(ReadOnlySpan<double> x, Span<double> gradient)
    {
        double value = 0;
        for (int i = 0; i < _curvatures.Length; i++)
        {
            double q = 1 + x[i] * x[i];
            gradient[i] = _curvatures[i] * x[i] / (q * q);
            // As 1 - 1/q the value stays finite where x squared does not.
            value += _curvatures[i] * (double.IsFinite(q) ? (1 - 1 / q) / 2 : 0.5);
        }
        return value;
    }
}
