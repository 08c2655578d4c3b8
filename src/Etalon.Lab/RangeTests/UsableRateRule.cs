using System.Globalization;
using Etalon.Lab.Charts;

namespace Etalon.Lab.RangeTests;

/// <summary>From the losses of a range test to the rates that it finds usable.</summary>
/// <remarks>
/// <para>
/// Smoothing: the median over a window of 2 h + 1 updates centered at each, h a fortieth of the test. It does not lag behind the rate, as a
/// running mean does, and a single batch does not move it.
/// </para>
/// <para>
/// With L the smoothed loss, L₀ that of the first window, L* the least one and F = L₀ - L* its fall, L is near its least up to L* + r with
/// r = max(F/10, 4 s), s the standard error of L: the least of many is about two of them too low, and others vary by as much. The usable
/// rates are those around the least at which L is near it, but for the last h updates: what a rate does to the loss is seen in the batches
/// after it, at larger rates. A fall of less than 16 s is not told from noise.
/// </para>
/// <para>
/// What counts is that the loss rises, not that it diverges: behind a normalization a rate that is too large makes the norm of the weights
/// grow until their effective rate is bearable again, and the loss stands still far above its least over a factor of ten or more.
/// </para>
/// </remarks>
internal static class UsableRateRule
{
    /// <summary>How near its least the loss is at a usable rate, as a share of its fall.</summary>
    public const double Nearness = 0.1;

    /// <summary>A test ends when the loss is so many times the first one.</summary>
    public const double EndOfTest = 2;

    /// <summary>How near its least the loss is at a usable rate in standard errors of the loss, where they are more.</summary>
    public const double NoiseErrors = 4;

    private const double LeastFallErrors = 16;

    /// <summary>h.</summary>
    public static int HalfWindow(int updates) => Math.Max(2, updates / 40);

    /// <summary>The running median; at both ends over what there is of its window.</summary>
    public static double[] Smooth(IReadOnlyList<double> losses, int half) =>
        [.. Enumerable.Range(0, losses.Count).Select(i => Median(losses, i - half, i + half))];

    /// <summary>Whether the last window's loss is <see cref="EndOfTest"/> times that of the first: nothing more is to be learned.</summary>
    public static bool HasRisen(IReadOnlyList<double> losses, int half) =>
        losses.Count > 2 * half && Median(losses, losses.Count - 1 - 2 * half, losses.Count - 1) > EndOfTest * Median(losses, 0, 2 * half);

    /// <summary>Reads a test.</summary>
    /// <param name="rates">The rate of each update, rising.</param>
    /// <param name="losses">Its loss.</param>
    /// <param name="half">h.</param>
    /// <param name="hasBroken">Whether the test was ended by its loss.</param>
    public static RateReading Read(IReadOnlyList<double> rates, IReadOnlyList<double> losses, int half, bool hasBroken)
    {
        if (losses.Count <= 2 * half)
            return new RateReading
            {
                FirstLoss = losses.FirstOrDefault(double.NaN),
                LeastLoss = double.NaN,
                LeastRate = double.NaN,
                Error = double.NaN,
                Problem = "its loss was not finite after a few updates; give a smaller --from"
            };
        double[] smoothed = Smooth(losses, half);
        int least = Array.IndexOf(smoothed, smoothed.Min());
        // Of a normal number 1.4826 times the median deviation is the standard deviation, and the error of a median is 1.2533 times that of
        // a mean.
        double deviation = 1.4826 * Median([.. Enumerable.Range(0, least + 1).Select(i => Math.Abs(losses[i] - smoothed[i]))], 0, least);
        double error = 1.2533 * deviation / Math.Sqrt(2 * half + 1), first = smoothed[half], fall = first - smoothed[least];
        var reading = new RateReading { FirstLoss = first, LeastLoss = smoothed[least], LeastRate = rates[least], Error = error };
        double near = Math.Max(Nearness * fall, NoiseErrors * error);
        if (!(fall > 0 && fall >= LeastFallErrors * error))
            return reading with
            {
                Problem =
                $"its loss did not fall by much more than its noise: {first:G4} at first, {smoothed[least]:G4} at the least, with a "
                + $"standard error of {error:G2}; give more --updates, a larger --to, or a larger data.batch"
            };
        int lower = least, upper = least;
        while (lower > 0 && smoothed[lower - 1] <= smoothed[least] + near) lower--;
        while (upper < smoothed.Length - 1 && smoothed[upper + 1] <= smoothed[least] + near) upper++;
        if (upper == smoothed.Length - 1 && !hasBroken)
            return reading with { Problem = "its loss had not risen again at the largest rate; give a larger --to" };
        return upper - half >= lower
            ? reading with { Interval = new RateInterval(rates[lower], rates[upper - half]) }
            : reading with
            {
                Problem =
            $"its loss is near its least only from the rate {RateText.Of(rates[lower], 3)} to {RateText.Of(rates[upper], 3)}, less than "
            + $"half a window of updates; give more --updates"
            };
    }

    private static double Median(IReadOnlyList<double> values, int first, int last)
    {
        first = Math.Max(first, 0);
        double[] window = [.. values.Skip(first).Take(Math.Min(last, values.Count - 1) - first + 1).Order()];
        int middle = window.Length / 2;
        return window.Length % 2 == 1 ? window[middle] : (window[middle - 1] + window[middle]) / 2;
    }
}

/// <summary>An interval of rates, or of effective rates.</summary>
/// <param name="Lower">Its lower end.</param>
/// <param name="Upper">Its upper end.</param>
public readonly record struct RateInterval(double Lower, double Upper)
{
    /// <summary>Its geometric middle, as far from one end as from the other by factors.</summary>
    public double Middle => Math.Clamp(Math.Sqrt(Lower) * Math.Sqrt(Upper), Lower, Upper);

    /// <summary><see cref="Middle"/> to two digits, or to as many as keep it in the interval.</summary>
    public double RoundMiddle => Enumerable.Range(1, 16).Select(MiddleTo).First(Contains);

    /// <summary>Whether a rate lies in it, ends included.</summary>
    public bool Contains(double rate) => rate >= Lower && rate <= Upper;

    private double MiddleTo(int decimals) =>
        double.Parse(Middle.ToString($"E{decimals}", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
