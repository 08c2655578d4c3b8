using Etalon.Lab.Numerics;
using Etalon.Numerics;

namespace Etalon.Lab.Diagnosis.Phases;

/// <summary>A number that was measured, and how far it may be off.</summary>
/// <param name="Mean">The number; NaN where there was nothing to take it of.</param>
/// <param name="Error">Its standard error; NaN where it cannot be told.</param>
/// <param name="Freedom">The degrees of freedom that the standard error was taken from; infinite where it is known otherwise.</param>
internal readonly record struct PhaseEstimate(double Mean, double Error, double Freedom = double.PositiveInfinity)
{
    // More parts leave each too short to be independent of the next; fewer leave a margin that is itself uncertain.
    private const int MostParts = 16, FewestParts = 4;

    /// <summary>Of a normal distribution, 95 % lie within so many standard deviations.</summary>
    public const double Normal = 1.96;

    private static readonly double[] Quantiles =
        [.. Enumerable.Range(1, 2 * MostParts).Select(freedom => StudentDistribution.Critical(0.05, freedom))];

    /// <summary>From how many values on there is an error.</summary>
    public static int FewestValues => FewestParts;

    /// <summary>From how many updates between the first value and the last one on there is an error.</summary>
    /// <param name="memory">Updates over which values remember each other, at least 1.</param>
    public static double ShortestSpan(double memory) => (FewestParts - 1) * 2 * Math.Max(memory, 0.5);

    /// <summary>Nothing is known.</summary>
    public static PhaseEstimate None { get; } = new(double.NaN, double.NaN);

    /// <summary>Whether there is a number with an error.</summary>
    public bool IsKnown => double.IsFinite(Mean) && double.IsFinite(Error);

    /// <summary>What stands after ±: the half of the interval that has the true value in it in 95 of 100 logs.</summary>
    public double Margin => Error * (Freedom > Quantiles.Length ? Normal : Quantiles[Math.Max(1, (int)Freedom) - 1]);

    /// <summary>The error over the mean.</summary>
    public double RelativeError => Error / Math.Abs(Mean);

    /// <summary>How many margins the mean is away from a value.</summary>
    public double Away(double value) => Margin > 0 ? Math.Abs(Mean - value) / Margin : Mean == value ? 0 : double.PositiveInfinity;

    /// <summary>This times a number that is known exactly.</summary>
    public PhaseEstimate Times(double factor) => new(Mean * factor, Error * Math.Abs(factor), Freedom);

    /// <summary>This where something else, that is no chance, may take it off by up to a bound: the margin is at least that.</summary>
    public PhaseEstimate OffByAtMost(double bound) => this with { Error = Math.Sqrt(Error * Error + Elementary.Pow(bound / Normal, 2)) };

    /// <summary>This to a power, by the first order of its error.</summary>
    public PhaseEstimate ToThe(double power) =>
        Elementary.Pow(Mean, power) is var value ? new(value, Math.Abs(power * value) * RelativeError, Freedom) : None;

    /// <summary>
    /// The mean of values of which some may be missing. They are dealt into up to 16 parts that follow each other, each longer than values
    /// remember; what follows a straight line is no noise, so the error is that of the scatter of the parts' means around one.
    /// </summary>
    /// <param name="values">The values; NaN where one is missing.</param>
    /// <param name="steps">The update of each, ascending.</param>
    /// <param name="memory">Updates over which values remember each other, at least 1.</param>
    public static PhaseEstimate Of(IReadOnlyList<double> values, IReadOnlyList<long> steps, double memory)
    {
        var known = Enumerable.Range(0, values.Count).Where(i => double.IsFinite(values[i])).ToArray();
        if (known.Length == 0) return None;
        double mean = known.Average(i => values[i]);
        var parts = Parts(known, steps, memory);
        if (parts.Count < FewestParts) return new(mean, double.NaN);
        double[] x = [.. parts.Select(part => part.Average(i => (double)steps[i]))],
            y = [.. parts.Select(part => part.Average(i => values[i]))];
        double middle = x.Average(), level = y.Average();
        double slope = x.Zip(y, (a, b) => (a - middle) * (b - level)).Sum() / x.Sum(a => (a - middle) * (a - middle));
        double scatter = x.Zip(y, (a, b) => Elementary.Pow(b - level - slope * (a - middle), 2)).Sum() / (parts.Count - 2);
        return new(mean, Math.Sqrt(scatter / parts.Count), parts.Count - 2);
    }

    /// <summary>
    /// The sum of some values over that of others, which fluctuate together: the error is that of what one differs from its share of the
    /// other, part by part.
    /// </summary>
    /// <param name="above">The values above the line; NaN where one is missing.</param>
    /// <param name="below">Those below it.</param>
    /// <param name="steps">The update of each pair, ascending.</param>
    /// <param name="memory">Updates over which values remember each other, at least 1.</param>
    public static PhaseEstimate Ratio(IReadOnlyList<double> above, IReadOnlyList<double> below, IReadOnlyList<long> steps, double memory)
    {
        var known = Enumerable.Range(0, above.Count).Where(i => double.IsFinite(above[i]) && double.IsFinite(below[i])).ToArray();
        double whole = known.Sum(i => below[i]);
        if (known.Length == 0 || !(whole > 0)) return None;
        double ratio = known.Sum(i => above[i]) / whole;
        var parts = Parts(known, steps, memory);
        if (parts.Count < FewestParts) return new(ratio, double.NaN);
        double[] squares = [.. parts.Select(part => Elementary.Pow(part.Sum(i => above[i] - ratio * below[i]), 2))];
        return new(ratio, Math.Sqrt(squares.Sum() * parts.Count / (parts.Count - 1)) / whole, FreedomOf(squares));
    }

    // Satterthwaite's degrees of freedom of a sum of squares whose variances differ, as where gradients fall tenfold: 2 (Σσ²)²/(2 Σσ⁴),
    // with σ⁴ from E x⁴ = 3σ⁴ and less what that exceeds the number of parts by where all are alike (Johnson and Rust 1992).
    private static double FreedomOf(double[] squares)
    {
        double sum = squares.Sum(), fourth = squares.Sum(square => square * square);
        return fourth > 0 ? Math.Clamp(3 * sum * sum / fourth - 2, 1, squares.Length - 1) : squares.Length - 1;
    }

    private static List<ArraySegment<int>> Parts(int[] known, IReadOnlyList<long> steps, double memory)
    {
        // Twice the memory, so that what reaches from one part into the next is a small share of it.
        double span = steps[known[^1]] - steps[known[0]];
        int count = (int)Math.Min(Math.Min(MostParts, known.Length), 1 + span / (2 * Math.Max(memory, 0.5)));
        return [.. Enumerable.Range(0, count)
            .Select(part => new ArraySegment<int>(known, part * known.Length / count,
            (part + 1) * known.Length / count - part * known.Length / count))];
    }
}
