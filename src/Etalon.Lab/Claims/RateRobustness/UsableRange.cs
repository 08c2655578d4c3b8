using Etalon.Numerics;

namespace Etalon.Lab.Claims.RateRobustness;

/// <summary>The initial rates at which an accuracy is reached, with straight lines over ln rate between the rates that were run.</summary>
/// <param name="Low">The lowest such rate; NaN where there is none.</param>
/// <param name="High">The highest.</param>
/// <param name="Decades">How long the rates reach the accuracy, in decades; less than from the lowest to the highest where it is missed
/// between them.</param>
internal readonly record struct UsableRange(double Low, double High, double Decades)
{
    /// <summary>Where a curve is at or above a height.</summary>
    /// <param name="rates">Rates, ascending.</param>
    /// <param name="accuracies">The accuracy at each.</param>
    /// <param name="least">The height.</param>
    public static UsableRange Of(IReadOnlyList<double> rates, IReadOnlyList<double> accuracies, double least)
    {
        ArgumentNullException.ThrowIfNull(rates);
        ArgumentNullException.ThrowIfNull(accuracies);
        double low = double.NaN, high = double.NaN, decades = 0;
        for (int i = 0; i + 1 < rates.Count; i++)
        {
            if (Above(accuracies[i], accuracies[i + 1], least) is not var (from, to)) continue;
            double begin = Elementary.Log10(rates[i]), length = Elementary.Log10(rates[i + 1]) - begin;
            // The ends that were run stay as they are, to the bit.
            if (double.IsNaN(low)) low = from == 0 ? rates[i] : Elementary.Pow(10, begin + from * length);
            high = to == 1 ? rates[i + 1] : Elementary.Pow(10, begin + to * length);
            decades += (to - from) * length;
        }
        return new(low, high, decades);
    }

    /// <summary>
    /// The rate up to which a curve stays at or above a height from one of its points on; NaN where it is below at that point.
    /// </summary>
    /// <param name="rates">Rates, ascending.</param>
    /// <param name="accuracies">The accuracy at each.</param>
    /// <param name="least">The height.</param>
    /// <param name="from">The point.</param>
    public static double EndOf(IReadOnlyList<double> rates, IReadOnlyList<double> accuracies, double least, int from)
    {
        ArgumentNullException.ThrowIfNull(rates);
        ArgumentNullException.ThrowIfNull(accuracies);
        if (!(accuracies[from] >= least)) return double.NaN;
        int last = from;
        while (last + 1 < rates.Count && accuracies[last + 1] >= least) last++;
        return last + 1 == rates.Count
            ? rates[last] : Of([rates[last], rates[last + 1]], [accuracies[last], accuracies[last + 1]], least).High;
    }

    // The shares of a piece between which its line is at or above the height.
    private static (double From, double To)? Above(double left, double right, double least) => (left >= least, right >= least) switch
    {
        (true, true) => (0, 1),
        (true, false) => (0, (left - least) / (left - right)),
        (false, true) => ((least - left) / (right - left), 1),
        _ => null,
    };
}
