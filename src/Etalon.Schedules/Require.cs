using System.Runtime.CompilerServices;

namespace Etalon.Schedules;

/// <summary>The checks of all parameters. Each message says name, value, rule and remedy.</summary>
internal static class Require
{
    /// <summary>Values stay this far from the end of float64 so that the difference or the sum of two cannot overflow.</summary>
    private const double LargestValue = 1e300;

    /// <summary>float64 counts steps exactly up to here.</summary>
    private const long LongestLength = 1L << 53;

    public static double Value(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        Math.Abs(value) <= LargestValue
            ? value
            : throw Refuse(name, value, "must be a finite number of magnitude at most 1e300", "give a number such as 0.1");

    public static double NotNegative(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value is >= 0 and <= LargestValue
            ? value
            : throw Refuse(name, value, "must be a finite number, at least 0 and at most 1e300", "give a number such as 0.1, or 0");

    public static double Positive(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value is > 0 and <= LargestValue
            ? value
            : throw Refuse(name, value, "must be a finite number, more than 0 and at most 1e300", "give a positive number such as 0.1");

    public static double Between(double value, double low, double high, string remedy,
        [CallerArgumentExpression(nameof(value))] string name = "") =>
        value >= low && value <= high
            ? value
            : throw Refuse(name, value, $"must be a number from {low:R} to {high:R}", remedy);

    public static long? OptionalLength(long? length, [CallerArgumentExpression(nameof(length))] string name = "") =>
        length is null ? null : Length(length, name);

    public static long Length(long? length, [CallerArgumentExpression(nameof(length))] string name = "") => length switch
    {
        >= 0 and <= LongestLength => length.Value,
        null => throw Refuse(name, "missing", "is needed: the piece goes to a value and must know by when", "give a number of steps"),
        _ => throw Refuse(name, length, "must be a number of steps from 0 to 2^53", "give a length of 0 or more"),
    };

    public static long PositiveLength(long length, [CallerArgumentExpression(nameof(length))] string name = "") =>
        length is > 0 and <= LongestLength
            ? length
            : throw Refuse(name, length, "must be a number of steps from 1 to 2^53", "give at least 1 step");

    public static long ExactSteps(double steps, string name) =>
        steps <= LongestLength
            ? (long)steps
            : throw Refuse(name, steps, "must be at most 2^53 steps", "give fewer steps");

    public static TEnum Named<TEnum>(TEnum value, [CallerArgumentExpression(nameof(value))] string name = "") where TEnum : struct, Enum =>
        Enum.IsDefined(value)
            ? value
            : throw Refuse(name, value, $"must be one of {string.Join(", ", Enum.GetNames<TEnum>())}", "name one of them");

    public static ArgumentException Refuse(string name, object? value, string rule, string remedy) =>
        new($"{name} is {value}, but {rule}; {remedy}.", name);

    public static ArgumentOutOfRangeException NegativeStep(long step) =>
        new(nameof(step), step, "Updates are counted from 0, so a step is never negative; ask for step 0 or later.");
}
