using Etalon.Engine;

namespace Etalon.Lab.Simulations.Losses;

/// <summary>
/// L = 0: gradients are noise alone, and E|ghat|^2 = sigma^2 (d - 1) at each point, so that every law of the norm has its closed form.
/// </summary>
internal sealed record PureNoise : SphereLoss
{
    /// <inheritdoc/>
    public override string Formula => "L = 0, gradients are noise";

    /// <inheritdoc/>
    public override Lanes Value(Lanes z) => 0;

    /// <inheritdoc/>
    public override Lanes Slope(Lanes z) => 0;
}
