using Etalon.Engine;

namespace Etalon.Lab.Simulations.Losses;

/// <summary>The quadratic on the sphere: L = (k/2) |w/|w| - e|^2 = k (1 - z), with the curvature k at its minimum e.</summary>
/// <param name="Curvature">k, more than 0.</param>
internal sealed record OneWell(double Curvature) : SphereLoss
{
    /// <inheritdoc/>
    public override string Formula => $"L = {Curvature / 2:0.####} |w/|w| - e|²";

    /// <inheritdoc/>
    public override Lanes Value(Lanes z) => Curvature * (1 - z);

    /// <inheritdoc/>
    public override Lanes Slope(Lanes z) => -Curvature;
}
