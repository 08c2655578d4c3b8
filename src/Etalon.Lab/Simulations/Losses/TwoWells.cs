using Etalon.Engine;

namespace Etalon.Lab.Simulations.Losses;

/// <summary>
/// Two minima that are mirror images of each other: L = (k/2) (1 - z^2), with the curvature k at both, e and -e, and a wall of k/2 between
/// them.
/// </summary>
/// <param name="Curvature">k, more than 0.</param>
internal sealed record TwoWells(double Curvature) : SphereLoss
{
    /// <inheritdoc/>
    public override string Formula => $"L = {(Curvature == 2 ? "1 - z²" : $"{Curvature / 2:0.####} (1 - z²)")}, z = ⟨w/|w|, e⟩";

    /// <inheritdoc/>
    public override Lanes Value(Lanes z) => Curvature / 2 * (1 - z * z);

    /// <inheritdoc/>
    public override Lanes Slope(Lanes z) => -Curvature * z;
}
