using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Etalon.Lab;

/// <summary>
/// The one reader of numbers that somebody wrote: in recipes and overrides, in options of the command line, in cells of tables.
/// </summary>
/// <remarks>
/// The decimal sign is a point in every culture. Nothing separates thousands but an underscore between digits. Infinity and NaN are no
/// numbers, and no literal becomes 0 or infinity unless it says so. A rule that was broken is told as what follows the value: "must be
/// ...".
/// </remarks>
internal static class NumberText
{
    /// <summary>Why a text is no number that float64 holds.</summary>
    internal enum Fault
    {
        /// <summary>It is one.</summary>
        None,

        /// <summary>It is not written as one.</summary>
        NotANumber,

        /// <summary>It would become infinity.</summary>
        TooLarge,

        /// <summary>It is not 0, and would become 0.</summary>
        TooSmall,
    }

    private const string Finite = "must be a finite number such as 0.1, 5e-4 or 1_000", WholeNumber = "must be a whole number such as 128";

    /// <summary>A finite number: 0.1, 5e-4, 1e-7, 1_000.</summary>
    /// <param name="text">What was written.</param>
    /// <param name="value">The nearest float64.</param>
    /// <param name="rule">The rule that the text breaks, with a remedy.</param>
    public static bool TryRead(string text, out double value, [NotNullWhen(false)] out string? rule)
    {
        rule = Read(text, out value) switch
        {
            Fault.None => null,
            Fault.TooLarge => $"must be at most {double.MaxValue:0.0e0} in size; what is larger would become infinity",
            Fault.TooSmall => $"must be 0, or at least {double.Epsilon:0e0} in size; what is smaller would become 0",
            _ => Finite + InsteadOfComma(text),
        };
        return rule is null;
    }

    /// <summary>The same for readers with words of their own for what is wrong.</summary>
    internal static Fault Read(ReadOnlySpan<char> text, out double value)
    {
        const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        var plain = text.Contains('_') ? WithoutUnderscores(text.ToString()) : text;
        value = 0;
        if (plain.ContainsAnyExcept(OfNumbers) || !double.TryParse(plain, Styles, CultureInfo.InvariantCulture, out value))
            return Fault.NotANumber;
        if (double.IsInfinity(value)) return Fault.TooLarge;
        if (value != 0) return Fault.None;
        // -0 is 0: two texts of one number are one recipe.
        value = 0;
        int exponent = plain.IndexOfAny('e', 'E');
        return (exponent < 0 ? plain : plain[..exponent]).IndexOfAnyInRange('1', '9') < 0 ? Fault.None : Fault.TooSmall;
    }

    /// <summary>A whole number; 1e6 is one too.</summary>
    /// <inheritdoc cref="TryRead"/>
    public static bool TryReadWhole(string text, out long value, [NotNullWhen(false)] out string? rule)
    {
        rule = null;
        string plain = WithoutUnderscores(text);
        if (!plain.AsSpan().ContainsAnyExcept(OfNumbers)
            && long.TryParse(plain, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)) return true;
        value = 0;
        if (!TryRead(text, out double number, out _)) rule = WholeNumber + InsteadOfComma(text, isWhole: true);
        else if (number != Math.Floor(number)) rule = WholeNumber;
        // Between 2^53 and 2^63 an exponent says a number that float64 may not hold.
        else if (Math.Abs(number) >= 1L << 53) rule = $"must be a whole number of at most {long.MaxValue}, with all its digits";
        else value = (long)number;
        return rule is null;
    }

    /// <summary>A whole number that fits in 32 bits.</summary>
    /// <inheritdoc cref="TryRead"/>
    public static bool TryReadInteger(string text, out int value, [NotNullWhen(false)] out string? rule)
    {
        value = 0;
        if (!TryReadWhole(text, out long whole, out rule)) return false;
        if (whole is < int.MinValue or > int.MaxValue) rule = $"must be a whole number of at most {int.MaxValue}";
        else value = (int)whole;
        return rule is null;
    }

    /// <summary>A seed: a whole number from 0 to 2^64 - 1.</summary>
    /// <inheritdoc cref="TryRead"/>
    public static bool TryReadSeed(string text, out ulong value, [NotNullWhen(false)] out string? rule)
    {
        string plain = WithoutUnderscores(text);
        value = 0;
        rule = plain.All(char.IsAsciiDigit) && ulong.TryParse(plain, NumberStyles.None, CultureInfo.InvariantCulture, out value)
            ? null
            : $"must be a whole number from 0 to {ulong.MaxValue}";
        return rule is null;
    }

    private static readonly SearchValues<char> OfNumbers = SearchValues.Create("0123456789.+-eE");

    // Between digits only: "_1" and "1__0" stay wrong.
    private static string WithoutUnderscores(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '_' && !(i > 0 && i + 1 < text.Length && char.IsAsciiDigit(text[i - 1]) && char.IsAsciiDigit(text[i + 1])))
                return text;
        }
        return text.Replace("_", "", StringComparison.Ordinal);
    }

    // 0,1 can only be 0.1; 1,000 is 1.000 to some and 1000 to others; the last sign of 1,000.5 and 1.000,5 is the decimal one.
    private static string InsteadOfComma(string text, bool isWhole = false)
    {
        int comma = text.LastIndexOf(','), point = text.LastIndexOf('.');
        if (comma < 0) return "";
        bool isOfThousands = text.Split(',')[1..].All(part => part.TakeWhile(char.IsAsciiDigit).Count() == 3);
        string decimals = text.Replace(".", "", StringComparison.Ordinal).Replace(',', '.'),
            thousands = text.Replace(",", "", StringComparison.Ordinal);
        string[] meant = comma < point ? [thousands] : point >= 0 || !isOfThousands ? [decimals] : [decimals, thousands];
        meant = [.. meant.Where(one => TryRead(one, out double number, out _) && !(isWhole && number != Math.Floor(number)))];
        return meant.Length == 0 ? "" : $"; did you mean {string.Join(" or ", meant)}?";
    }
}
