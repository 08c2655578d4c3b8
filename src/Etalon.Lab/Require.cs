using System.Numerics;
using System.Runtime.CompilerServices;

namespace Etalon.Lab;

/// <summary>
/// The checks of a recipe's values. Each rule stands once, in the property it belongs to; the reader adds the place of a value that
/// breaks it.
/// </summary>
internal static class Require
{
    /// <summary><paramref name="value"/> if it is at least <paramref name="least"/>.</summary>
    public static T AtLeast<T>(T value, T least, string remedy, [CallerMemberName] string name = "") where T : INumber<T> =>
        value >= least ? value : throw new ArgumentOutOfRangeException(name, $"must be at least {least}; {remedy}");

    /// <summary><paramref name="value"/> if it is above <paramref name="bound"/>.</summary>
    public static double Above(double value, double bound, string remedy, [CallerMemberName] string name = "") =>
        value > bound ? value : throw new ArgumentOutOfRangeException(name, $"must be above {bound}; {remedy}");

    /// <summary>Whether a number is a size: from 1e-30 to 1e30, which float32 holds.</summary>
    public static bool IsSize(double value) => value is >= 1e-30 and <= 1e30;

    /// <summary><paramref name="value"/> if it is a size.</summary>
    public static double Size(double value, string remedy, [CallerMemberName] string name = "") =>
        IsSize(value) ? value : throw new ArgumentOutOfRangeException(name, $"must be from 1e-30 to 1e30; {remedy}");

    /// <summary><paramref name="value"/> if it lies in [<paramref name="least"/>, <paramref name="most"/>).</summary>
    public static double InHalfOpen(double value, double least, double most, string remedy, [CallerMemberName] string name = "") =>
        value >= least && value < most
            ? value
            : throw new ArgumentOutOfRangeException(name, $"must be at least {least} and below {most}; {remedy}");

    /// <summary><paramref name="value"/> if it lies in [<paramref name="least"/>, <paramref name="most"/>].</summary>
    public static double InClosed(double value, double least, double most, string remedy, [CallerMemberName] string name = "") =>
        value >= least && value <= most
            ? value
            : throw new ArgumentOutOfRangeException(name, $"must be between {least} and {most}; {remedy}");
}
