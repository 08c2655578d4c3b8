using System.Runtime.CompilerServices;

namespace Etalon.Engine.Optimizers;

/// <summary>
/// The ranges of options, checked when they are set and nowhere else. A refusal has the option's name, its value, the rule and the remedy.
/// </summary>
internal static class OptionRange
{
    /// <summary>A share: at least 0 and below 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public static double Share(double value, string remedy, [CallerMemberName] string name = "") =>
        value is >= 0 and < 1 ? value : throw new ArgumentOutOfRangeException(name, value, $"must be at least 0 and below 1; {remedy}");

    /// <summary>A share that is not 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is none.</exception>
    public static double PositiveShare(double value, string remedy, [CallerMemberName] string name = "") =>
        Share(value, remedy, name) > 0 ? value : throw new ArgumentOutOfRangeException(name, value, $"must be above 0; {remedy}");

    /// <summary>A number of updates: at least 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public static int Count(int value, string remedy, [CallerMemberName] string name = "") =>
        value >= 0 ? value : throw new ArgumentOutOfRangeException(name, value, $"must be at least 0; {remedy}");

    /// <summary>A size: from 1e-30 to 1e30, which float32 holds, and float64 the square of.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public static double Size(double value, string remedy, [CallerMemberName] string name = "") =>
        value is >= 1e-30 and <= 1e30 ? value : throw new ArgumentOutOfRangeException(name, value, $"must be from 1e-30 to 1e30; {remedy}");
}
