using System.Runtime.CompilerServices;

namespace Etalon.Engine.Optimizers;

/// <summary>The ranges of options, checked when they are set.</summary>
internal static class OptionRange
{
    /// <summary>A share that is left of a mean: at least 0 and less than 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public static double Share(double value, [CallerMemberName] string name = "") =>
        value is >= 0 and < 1 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least 0 and less than 1");

    /// <summary>A finite number above 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public static double Positive(double value, [CallerMemberName] string name = "") =>
        value > 0 && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be a finite number above 0");
}
