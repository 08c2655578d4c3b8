using Etalon.Engine;

namespace Etalon.Lab.Simulations.Losses;

/// <summary>
/// A scale-invariant loss of which everything is known: L(w) = f(z), where z is the first coordinate of the direction w / |w|.
/// </summary>
/// <remarks>
/// One coordinate is enough: the noise is the same in all directions, so a loss around any other axis is this one turned. The gradient of f
/// on the sphere is f'(z) (e - z w / |w|), e the first axis, and its square f'(z)^2 (1 - z^2).
/// </remarks>
internal abstract record SphereLoss
{
    /// <summary>What a user reads of it.</summary>
    public abstract string Formula { get; }

    /// <summary>f(z).</summary>
    /// <param name="z">From -1 to 1.</param>
    public abstract Lanes Value(Lanes z);

    /// <summary>f'(z).</summary>
    /// <param name="z">From -1 to 1.</param>
    public abstract Lanes Slope(Lanes z);

    /// <summary>The square of the gradient's length on the unit sphere.</summary>
    public Lanes SquaredGradient(Lanes z)
    {
        var slope = Slope(z);
        return slope * slope * (1 - z * z);
    }
}
