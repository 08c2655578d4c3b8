using System.Globalization;
using Etalon.Numerics;

namespace Etalon.Lab.Diagnosis;

/// <summary>Numbers and names as a report writes them.</summary>
internal static class Text
{
    /// <summary>A number with three digits, without an exponent where that is shorter: 0.0005, 1.2e-05, 2,000.</summary>
    public static string Number(double value, int digits = 3)
    {
        if (value == 0 || !double.IsFinite(value)) return value == 0 ? "0" : "unknown";
        double size = Math.Abs(value);
        if (size is < 1e-4 or >= 1e7) return value.ToString($"0.{new string('#', digits - 1)}e0", CultureInfo.InvariantCulture);
        if (size >= Elementary.Pow(10, digits)) return Round(value, digits).ToString("#,0", CultureInfo.InvariantCulture);
        return Round(value, digits).ToString("0.############", CultureInfo.InvariantCulture);
    }

    /// <summary>Two numbers, or one where they print alike.</summary>
    public static string Range(double from, double to, int digits = 3) =>
        Number(from, digits) == Number(to, digits) ? Number(from, digits) : $"{Number(from, digits)} to {Number(to, digits)}";

    /// <summary>Two numbers that are not the same, each with as many digits as it takes to see that, at least three.</summary>
    public static (string One, string Other) Apart(double one, double other)
    {
        const int Most = 9;
        int digits = 3;
        while (digits < Most && Number(one, digits) == Number(other, digits)) digits++;
        return (Number(one, digits), Number(other, digits));
    }

    /// <summary>
    /// A number with what stands after ±, both to the place of the margin's first digit, or its second where that is a 1.
    /// </summary>
    public static string WithMargin(double value, double margin)
    {
        if (!double.IsFinite(margin)) return Number(value);
        if (margin == 0) return $"{Number(value)} ± 0";
        double exponent = Math.Floor(Elementary.Log10(margin)),
            unit = Elementary.Pow(10, margin / Elementary.Pow(10, exponent) < 2 ? exponent - 1 : exponent);
        // Rounding 9.6 up gives one digit more, which is as well.
        int places = (int)Math.Clamp(-Math.Round(Elementary.Log10(unit)), 0, 12);
        if (unit < 1e-6 || Math.Abs(value) >= 1e7) return $"{Number(value)} ± {Number(margin, 2)}";
        string format = $"#,0{(places > 0 ? "." + new string('0', places) : "")}";
        return $"{(Math.Round(value / unit) * unit).ToString(format, CultureInfo.InvariantCulture)} ± "
            + $"{(Math.Ceiling(margin / unit - 1e-9) * unit).ToString(format, CultureInfo.InvariantCulture)}";
    }

    /// <summary>A share with what stands after ±, in percent, to a thousandth of one.</summary>
    public static string Percent(double share, double margin) => $"{WithMargin(100 * share, Math.Max(100 * margin, 1e-3))} %";

    /// <summary>A ratio in words: "half", "a tenth of", "3.2 times".</summary>
    public static string Times(double ratio)
    {
        foreach (var (value, word) in (ReadOnlySpan<(double, string)>)[(0.5, "half"), (0.1, "a tenth of"), (0.01, "a hundredth of"),
            (0.001, "a thousandth of"), (2, "twice"), (10, "ten times"), (100, "a hundred times")])
            if (Math.Abs(ratio / value - 1) < 0.005) return word;
        return $"{Number(ratio)} times";
    }

    /// <summary>A count with its noun.</summary>
    public static string Count(long count, string what) => $"{count:#,0} {what}{(count == 1 ? "" : "s")}";

    /// <summary>Words with commas and an "and".</summary>
    public static string List(IReadOnlyList<string> words) => words.Count switch
    {
        0 => "",
        1 => words[0],
        _ => $"{string.Join(", ", words.Take(words.Count - 1))} and {words[^1]}",
    };

    private static double Round(double value, int digits)
    {
        double unit = Elementary.Pow(10, Math.Floor(Elementary.Log10(Math.Abs(value))) - digits + 1);
        return Math.Round(value / unit) * unit;
    }
}
