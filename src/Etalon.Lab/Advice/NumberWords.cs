using System.Globalization;
using Etalon.Numerics;

namespace Etalon.Lab.Advice;

/// <summary>Advised numbers as a recipe has them: short, and without a blank zero.</summary>
internal static class NumberWords
{
    /// <summary>A rate, to four digits: 0.1, 6e-4, 0.256.</summary>
    public static string OfRate(double rate) => Short(rate, 4);

    /// <summary>A decay, to the two digits that a rule of thumb is worth: 4.8e-4, 0.08.</summary>
    public static string OfDecay(double decay) => Short(decay, 2);

    /// <summary>A decay that is as large as it may be, to two digits and not above.</summary>
    public static string OfLargestDecay(double decay)
    {
        string text = OfDecay(decay);
        // 1 - 1e-9, so that what has two digits anyway keeps them.
        return double.Parse(text, CultureInfo.InvariantCulture) * (1 - 1e-9) <= decay ? text
            : OfDecay(decay - 0.5 * Elementary.Pow(10, Math.Floor(Elementary.Log10(decay)) - 1));
    }

    /// <summary>A number in a sentence, to three digits.</summary>
    public static string Of(double value) => Short(value, 3);

    private static string Short(double value, int digits)
    {
        double rounded =
            double.Parse(value.ToString($"E{digits - 1}", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return Math.Abs(rounded) is >= 1e-3 and < 1e6 or 0
            ? rounded.ToString("0.#########", CultureInfo.InvariantCulture)
            : rounded.ToString("0.###e0", CultureInfo.InvariantCulture);
    }
}
