using System.Collections.Concurrent;

namespace Etalon.Lab.Numerics;

/// <summary>The mean of a sample with its spread.</summary>
internal sealed record SampleMean
{
    private const double Outside = 0.05;

    // By the degrees of freedom: a table of hundreds of rows asks thousands of times for the same one, which takes a search.
    private static readonly ConcurrentDictionary<int, double> CriticalValues = new();

    private readonly double _least, _most;

    private SampleMean(double[] values, double least, double most)
    {
        (_least, _most) = (least, most);
        Count = values.Length;
        Mean = values.Average();
        if (Count < 2) return;
        StandardDeviation = Math.Sqrt(values.Sum(value => (value - Mean) * (value - Mean)) / (Count - 1));
        double critical = CriticalValues.GetOrAdd(Count - 1, freedom => StudentDistribution.Critical(Outside, freedom));
        Margin = critical * StandardDeviation / Math.Sqrt(Count);
    }

    /// <summary>How many values there are: n, at least 1.</summary>
    public int Count { get; }

    /// <summary>Their mean.</summary>
    public double Mean { get; }

    /// <summary>Their standard deviation, with the divisor n - 1; NaN of one value.</summary>
    public double StandardDeviation { get; } = double.NaN;

    /// <summary>
    /// Half the width of the 95 % confidence interval of the mean, by Student's distribution with n - 1 degrees of freedom; NaN of
    /// one value.
    /// </summary>
    public double Margin { get; } = double.NaN;

    /// <summary>
    /// The lower end of the 95 % confidence interval of the mean, at least the least value that there can be; NaN of one value.
    /// </summary>
    public double Low => Math.Max(Mean - Margin, _least);

    /// <summary>The upper end, at most the largest value that there can be; NaN of one value.</summary>
    public double High => Math.Min(Mean + Margin, _most);

    /// <summary>
    /// The two-sided probability of a mean so far from 0 if the true one were 0,
    /// by Student's t test: of differences in pairs this is the paired test.
    /// NaN of one value; where all values are the same, 0, and 1 if they are 0.
    /// </summary>
    public double PValue => Count < 2 ? double.NaN
        : StandardDeviation == 0 ? (Mean == 0 ? 1 : 0)
        : StudentDistribution.TwoSided(Mean * Math.Sqrt(Count) / StandardDeviation, Count - 1);

    /// <summary>The mean of a sample.</summary>
    /// <param name="values">At least one.</param>
    /// <param name="least">The least value that there can be, and so the least mean: 0 for an accuracy.</param>
    /// <param name="most">The largest: 1 for an accuracy.</param>
    public static SampleMean Of(IEnumerable<double> values, double least = double.NegativeInfinity,
        double most = double.PositiveInfinity) => new([.. values], least, most);

    /// <inheritdoc/>
    public override string ToString() => RecordText.Of(nameof(SampleMean), PrintMembers);
}
