using System.Runtime.CompilerServices;

namespace Etalon.Engine.Optimizers;

/// <summary>The ranges of options, checked when they are set.</summary>
internal static class OptionRange
{
    /// <summary>A share that is left of a mean: at least 0 and less than 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public static double Share(double value, [CallerMemberName] string name = "") =>
        value is >= 0 and < 1 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least 0 and less than 1");

    /// <summary>A size: from 1e-30 to 1e30, which float32 holds, and float64 the square of.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public static double Size(double value, [CallerMemberName] string name = "") =>
        value is >= 1e-30 and <= 1e30 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be from 1e-30 to 1e30");
}
