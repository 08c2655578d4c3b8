using Etalon.Numerics;

namespace Etalon.Lab.Claims.WnGradConvex;

/// <summary>
/// f(x) = sum_i s (x_i^2 + 3 sin^2 x_i): not convex, yet of the Polyak-Lojasiewicz kind; L = 8 s and mu = s / 32 (Karimi, Nutini, Schmidt,
/// "Linear convergence of gradient and proximal-gradient methods under the Polyak-Lojasiewicz condition", ECML 2016).
/// </summary>
/// <param name="dimension">How many numbers.</param>
/// <param name="scale">s.</param>
internal sealed class SineValley(int dimension, double scale) : Objective
{
    /// <inheritdoc/>
    public override int Dimension => dimension;

    /// <inheritdoc/>
    public override double Smoothness => 8 * scale;

    /// <inheritdoc/>
    public override double Sharpness => scale / 32;

    /// <inheritdoc/>
    public override double Evaluate(ReadOnlySpan<double> x, Span<double> gradient)
    {
        double value = 0;
        for (int i = 0; i < dimension; i++)
        {
            double sine = Elementary.Sin(x[i]);
            gradient[i] = scale * (2 * x[i] + 3 * Elementary.Sin(2 * x[i]));
            value += scale * (x[i] * x[i] + 3 * sine * sine);
        }
        return value;
    }
}
