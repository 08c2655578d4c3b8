using System.Globalization;
using System.Text;

namespace Etalon.Schedules.Export;

/// <summary>Numbers and strings as Python writes them.</summary>
internal static class PythonText
{
    /// <summary>A float literal that reads back as the same float64.</summary>
    public static string Number(double value)
    {
        if (double.IsInfinity(value)) return value > 0 ? "math.inf" : "-math.inf";
        var text = value.ToString("R", CultureInfo.InvariantCulture).ToLowerInvariant();
        return text.AsSpan().IndexOfAny('.', 'e') < 0 ? text + ".0" : text;
    }

    /// <summary>A time in steps: an int where it is whole and fits the 32 bits of an array's int, so that comparing is exact.</summary>
    public static string Time(double steps) =>
        Math.Abs(steps) <= int.MaxValue && double.IsInteger(steps) ? steps.ToString("F0", CultureInfo.InvariantCulture) : Number(steps);

    /// <summary><c>constant + coefficient * factor</c>, without what adds or multiplies nothing.</summary>
    public static string Sum(double constant, double coefficient, string factor)
    {
        if (coefficient == 0) return Number(constant);
        var product = $"{Number(Math.Abs(coefficient))} * {factor}";
        if (constant == 0) return coefficient < 0 ? "-" + product : product;
        return $"{Number(constant)} {(coefficient < 0 ? '-' : '+')} {product}";
    }

    /// <summary>A string literal; what could end it, or a line, is escaped.</summary>
    public static string Quoted(string text) => $"\"{Escaped(text)}\"";

    /// <summary>The inside of a string literal, also of a docstring.</summary>
    public static string Escaped(string text)
    {
        var escaped = new StringBuilder();
        foreach (var letter in text)
        {
            if (letter is '"' or '\\') escaped.Append('\\').Append(letter);
            else if (char.IsControl(letter) || char.IsSurrogate(letter) || letter is '\u2028' or '\u2029')
                escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}");
            else escaped.Append(letter);
        }
        return escaped.ToString();
    }
}
