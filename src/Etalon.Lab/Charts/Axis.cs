using System.Globalization;
using Etalon.Numerics;

namespace Etalon.Lab.Charts;

/// <summary>One axis of a chart: its range, and whether it is logarithmic.</summary>
/// <param name="Low">The value at the axis's beginning.</param>
/// <param name="High">The value at its end; above <paramref name="Low"/>.</param>
/// <param name="IsLog">Whether equal lengths are equal ratios; then both ends are positive.</param>
internal sealed record Axis(double Low, double High, bool IsLog)
{
    // More than two decades below the peak for at least this share of the values makes an axis logarithmic. A cosine to zero stays
    // below for 0.064 of its steps: it only touches the small values and reads better on a linear axis.
    private const double ShareOfSmallValues = 0.08;

    /// <summary>Whether a logarithmic axis has ticks at 2 and 5 times a power of ten too, where it has few powers.</summary>
    public bool IsFine { get; private init; }

    /// <summary>An axis for these values: logarithmic when they span more than two decades, from zero when they are near it.</summary>
    public static Axis For(IReadOnlyList<double> values)
    {
        var finite = values.Where(double.IsFinite).ToArray();
        if (finite.Length == 0) return new(0, 1, false);
        Array.Sort(finite);
        var (low, high) = (finite[0], finite[^1]);
        var positive = finite.Where(value => value > 0).ToArray();
        if (low >= 0 && positive.Length > 0 && positive[(int)(positive.Length * ShareOfSmallValues)] < high / 100)
            return Logarithmic(positive[positive.Length / 100], high);
        if (low >= 0 && low < high / 2) low = 0;
        if (low == high) (low, high) = low == 0 ? (0, 1) : (Math.Min(0, low * 1.25), Math.Max(0, low * 1.25));
        var step = NiceStep(low, high, 5);
        return new(Math.Floor(low / step + 1e-9) * step, Math.Ceiling(high / step - 1e-9) * step, false);
    }

    /// <summary>An axis from one value to another as they are.</summary>
    public static Axis Exactly(double low, double high) => new(low, high > low ? high : low + 1, false);

    /// <summary>A logarithmic axis of whole decades, at least one, from a positive value to another.</summary>
    public static Axis Logarithmic(double low, double high)
    {
        var first = Math.Floor(Elementary.Log10(low) + 1e-9);
        var last = Math.Ceiling(Elementary.Log10(high) - 1e-9);
        return new(Elementary.Pow(10, first), Elementary.Pow(10, Math.Max(last, first + 1)), true);
    }

    /// <summary>
    /// A logarithmic axis that holds these values, where they are above 0; else as <see cref="For"/>. From 1, 2 or 5 times a power of ten
    /// to another.
    /// </summary>
    public static Axis LogarithmicFor(IReadOnlyList<double> values)
    {
        var finite = values.Where(double.IsFinite).ToArray();
        if (finite.Length == 0 || finite.Min() <= 0) return For(values);
        var (low, high) = (RoundDown(finite.Min()), -1.0);
        foreach (var digit in (double[])[1, 2, 5, 10])
            if (high < 0 && digit * PowerOf(finite.Max()) >= finite.Max() * (1 - 1e-9)) high = digit * PowerOf(finite.Max());
        return new(low, high > low ? high : 10 * low, true) { IsFine = true };
    }

    private static double PowerOf(double value) => Elementary.Pow(10, Math.Floor(Elementary.Log10(value) + 1e-12));

    private static double RoundDown(double value) =>
        new[] { 5.0, 2, 1 }.First(digit => digit * PowerOf(value) <= value * (1 + 1e-9)) * PowerOf(value);

    /// <summary>Where a value lies: 0 at the beginning, 1 at the end; NaN for what a logarithmic axis cannot show.</summary>
    public double At(double value) => IsLog
        ? value > 0 ? (Elementary.Log10(value) - Elementary.Log10(Low)) / (Elementary.Log10(High) - Elementary.Log10(Low)) : double.NaN
        : (value - Low) / (High - Low);

    /// <summary>Round values on the axis, about as many as asked for.</summary>
    public IReadOnlyList<double> Ticks(int about)
    {
        if (IsLog)
        {
            var (first, last) = ((int)Math.Ceiling(Elementary.Log10(Low) - 1e-9), (int)Math.Floor(Elementary.Log10(High) + 1e-9));
            // Less than two decades have too few powers of ten to read by.
            if (IsFine && last - first < 2)
                return [.. Enumerable.Range(first - 1, last - first + 2)
                    .SelectMany(
                    power => new[] { 1.0, 2, 5 }.Select(
                        digit => Math.Round(digit * Elementary.Pow(10, power), 12) is var tick and > 0
                            ? tick : digit * Elementary.Pow(10, power)))
                    .Where(tick => tick >= Low * (1 - 1e-9) && tick <= High * (1 + 1e-9))];
            var stride = Math.Max(1, (int)Math.Ceiling((last - first) / (double)about));
            return [.. Enumerable.Range(0, (last - first) / stride + 1).Select(i => Elementary.Pow(10, first + i * stride))];
        }
        var step = NiceStep(Low, High, about);
        var begin = Math.Ceiling(Low / step - 1e-9);
        var count = (int)Math.Floor(High / step + 1e-9) - (int)begin + 1;
        return [.. Enumerable.Range(0, count)
            .Select(i =>
            Math.Round((begin + i) * step, 12, MidpointRounding.ToEven) is var rounded && rounded != 0 ? rounded : (begin + i) * step)];
    }

    /// <summary>A value as a label: 0.05, 1, 2500, 5e-4.</summary>
    public static string Label(double value)
    {
        if (value == 0) return "0";
        var size = Math.Abs(value);
        if (size is >= 1e-3 and < 1e6) return value.ToString("0.######", CultureInfo.InvariantCulture);
        var exponent = (int)Math.Floor(Elementary.Log10(size) + 1e-12);
        return $"{value / Elementary.Pow(10, exponent):0.###}e{exponent}";
    }

    // 1, 2 or 5 times a power of ten.
    private static double NiceStep(double low, double high, int about)
    {
        var rough = (high - low) / about;
        var power = Elementary.Pow(10, Math.Floor(Elementary.Log10(rough)));
        var digit = rough / power;
        return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
    }
}
