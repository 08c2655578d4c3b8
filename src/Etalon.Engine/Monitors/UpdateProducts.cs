using Etalon.Numerics;

namespace Etalon.Engine;

/// <summary>
/// The inner products of an update of some weights, in double: w before it, w' after it, the gradient g that it used, and the optimizer's
/// buffer v before it (0 where there is none).
/// </summary>
public readonly record struct UpdateProducts
{
    /// <summary>|w|^2.</summary>
    public double WeightSquare { get; init; }

    /// <summary>|g|^2.</summary>
    public double GradientSquare { get; init; }

    /// <summary>|v|^2.</summary>
    public double BufferSquare { get; init; }

    /// <summary>g.w; 0 but for rounding where the weights are scale-invariant.</summary>
    public double GradientWeight { get; init; }

    /// <summary>v.w.</summary>
    public double BufferWeight { get; init; }

    /// <summary>v.g.</summary>
    public double BufferGradient { get; init; }

    /// <summary>|w'|^2.</summary>
    public double NextSquare { get; init; }

    /// <summary>|w' - w|^2.</summary>
    public double ChangeSquare { get; init; }

    /// <summary>(w' - w).w.</summary>
    public double ChangeWeight { get; init; }

    /// <summary>The angular update: the angle between w and w', in radians; NaN where w is 0.</summary>
    /// <remarks>
    /// From the part of w' - w that is orthogonal to w: to a relative 1e-16 where the radial part of w' - w is no larger, and 1e-10 where
    /// it is a thousand times as large. The arc cosine of the normalized product would lose all digits below 1e-8, and in float32 below
    /// 3e-4.
    /// </remarks>
    public double Angle
    {
        get
        {
            double norm = Math.Sqrt(WeightSquare), along = ChangeWeight / norm;
            return Elementary.Atan2(Math.Sqrt(Math.Max(ChangeSquare - along * along, 0)), norm + along);
        }
    }

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(UpdateProducts), PrintMembers);
}
