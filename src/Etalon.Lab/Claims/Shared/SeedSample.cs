using System.Globalization;
using Etalon.Lab.Numerics;

namespace Etalon.Lab.Claims.Shared;

/// <summary>One number of several runs that differ in their seed alone.</summary>
/// <param name="Values">A value for each seed.</param>
internal sealed record SeedSample(IReadOnlyList<double> Values)
{
    /// <summary>The mean.</summary>
    public double Mean => Statistics.Mean;

    /// <summary>The standard deviation over seeds (divisor n - 1); NaN for one seed.</summary>
    public double Deviation => Statistics.StandardDeviation;

    /// <summary>The standard error of the mean; NaN for one seed.</summary>
    public double Error => Deviation / Math.Sqrt(Values.Count);

    /// <summary>Half the width of the 95 % confidence interval of the mean, by Student's distribution; NaN for one seed.</summary>
    public double Margin => Statistics.Margin;

    /// <summary>This sample less another, seed by seed.</summary>
    internal SeedSample Minus(SeedSample other) => new([.. Values.Zip(other.Values, (own, others) => own - others)]);

    private SampleMean Statistics => SampleMean.Of(Values);

    /// <inheritdoc/>
    public override string ToString() => ToString(Math.Abs(Mean) < 0.01 ? "0.0000" : "0.000");

    /// <summary>Mean and deviation; of one seed the mean alone.</summary>
    /// <param name="format">Of each number.</param>
    internal string ToString(string format) =>
        Values.Count < 2
            ? Mean.ToString(format, CultureInfo.InvariantCulture)
            : $"{Mean.ToString(format, CultureInfo.InvariantCulture)} ± {Deviation.ToString(format, CultureInfo.InvariantCulture)}";
}
