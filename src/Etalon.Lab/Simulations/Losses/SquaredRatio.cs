using Etalon.Engine;

namespace Etalon.Lab.Simulations.Losses;

/// <summary>
/// L = x^2 / (x^2 + y^2 + ...) = z^2, x the first weight: curvature 2 at its minima. The loss on which Li, Lyu and Arora (2020, figure 1)
/// show that full-batch descent with weight decay never settles.
/// </summary>
internal sealed record SquaredRatio : SphereLoss
{
    /// <summary>The second derivative along the unit circle at a minimum.</summary>
    public const double Curvature = 2;

    /// <inheritdoc/>
    public override string Formula => "L = x²/(x² + y²)";

    /// <inheritdoc/>
    public override Lanes Value(Lanes z) => z * z;

    /// <inheritdoc/>
    public override Lanes Slope(Lanes z) => 2 * z;
}
