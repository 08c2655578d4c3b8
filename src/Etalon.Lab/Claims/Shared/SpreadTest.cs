using Etalon.Lab.Numerics;

namespace Etalon.Lab.Claims.Shared;

/// <summary>
/// Whether two arms differ at any epoch by more than their seeds do: the largest difference of means in units of its own spread, beside
/// the value that chance exceeds in one of a hundred comparisons of that many epochs.
/// </summary>
/// <remarks>
/// The spread at an epoch is that of both arms, pooled over it and its two neighbors on each side, so that three seeds give some twenty
/// degrees of freedom; the bound is Student's, divided among the epochs (Bonferroni), which is cautious where epochs are alike.
/// </remarks>
/// <param name="Largest">The largest |difference| / spread.</param>
/// <param name="Epoch">Where.</param>
/// <param name="Difference">The difference there.</param>
/// <param name="Critical">The bound.</param>
/// <param name="Missed">The probability that a difference of the margin at one epoch is missed, at the mean spread.</param>
internal sealed record SpreadTest(double Largest, int Epoch, double Difference, double Critical, double Missed)
{
    /// <summary>How often equal arms are told apart.</summary>
    public const double Level = 0.01;

    private const int Neighbors = 2;

    /// <summary>Whether no epoch tells the arms apart.</summary>
    public bool Alike => Largest <= Critical;

    /// <summary>Compares.</summary>
    /// <param name="one">[seed][epoch - 1].</param>
    /// <param name="other">The same.</param>
    /// <param name="resolution">The least spread of a single value, such as one test image.</param>
    /// <param name="margin">The difference that is not to be missed.</param>
    public static SpreadTest Of(double[][] one, double[][] other, double resolution, double margin)
    {
        int epochs = Math.Min(one.Min(curve => curve.Length), other.Min(curve => curve.Length));
        double freedom = Math.Max(1, (one.Length + other.Length - 2) * Math.Min(epochs, 2 * Neighbors + 1)),
            critical = StudentDistribution.Critical(Level / epochs, freedom), scale = Math.Sqrt(1.0 / one.Length + 1.0 / other.Length);
        double[] variances = [.. Enumerable.Range(0, epochs).Select(epoch => Pooled(one, other, epoch))];
        var (largest, at, difference, spreads) = (0.0, 1, 0.0, 0.0);
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            double variance = variances.Skip(epoch - Neighbors).Take(Math.Min(epoch, Neighbors) + Neighbors + 1).Average(),
                spread = scale * Math.Sqrt(Math.Max(variance, resolution * resolution)),
                between = one.Average(curve => curve[epoch]) - other.Average(curve => curve[epoch]);
            spreads += spread / epochs;
            if (Math.Abs(between) / spread > largest) (largest, at, difference) = (Math.Abs(between) / spread, epoch + 1, between);
        }
        return new(largest, at, difference, critical, 1 - CheckPower.Tail(critical - margin / spreads, freedom));
    }

    // By their degrees of freedom: an arm of one run has none.
    private static double Pooled(double[][] one, double[][] other, int epoch) => one.Length + other.Length <= 2
        ? 0
        : ((one.Length - 1) * Variance(one, epoch) + (other.Length - 1) * Variance(other, epoch)) / (one.Length + other.Length - 2);

    private static double Variance(double[][] curves, int epoch)
    {
        if (curves.Length < 2) return 0;
        double mean = curves.Average(curve => curve[epoch]);
        return curves.Sum(curve => (curve[epoch] - mean) * (curve[epoch] - mean)) / (curves.Length - 1);
    }

    /// <summary>That the arms are alike at every epoch.</summary>
    /// <param name="what">Of which metric.</param>
    /// <param name="margin">The difference that is not to be missed.</param>
    public ClaimCheck Check(string what, double margin) => new(
        $"{what}: the difference of the means is within the spread of the seeds at every epoch (1 % of equal arms are not)", Alike,
        $"largest after epoch {Epoch}: {Difference:0.0000}, {Largest:0.0} spreads of {Critical:0.0} allowed")
    {
        Power = new(Level, Missed, !Alike || Missed <= CheckPower.Allowed,
            $"a difference of {margin:0.###} at one epoch is false{(Missed <= CheckPower.Allowed ? "" : "; more seeds would decide")}"),
    };
}
