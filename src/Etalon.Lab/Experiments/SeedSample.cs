namespace Etalon.Lab.Experiments;

/// <summary>One number of several runs that differ in their seed alone.</summary>
/// <param name="Values">A value for each seed.</param>
public sealed record SeedSample(IReadOnlyList<double> Values)
{
    /// <summary>The mean.</summary>
    public double Mean => Values.Average();

    /// <summary>The standard deviation over seeds (divisor n - 1); NaN for one seed.</summary>
    public double Deviation => Values.Count < 2 ? double.NaN : Math.Sqrt(Values.Sum(value => (value - Mean) * (value - Mean)) / (Values.Count - 1));

    /// <summary>The standard error of the mean; NaN for one seed.</summary>
    public double Error => Deviation / Math.Sqrt(Values.Count);

    /// <inheritdoc/>
    public override string ToString()
    {
        string format = Math.Abs(Mean) < 0.01 ? "0.0000" : "0.000";
        return Values.Count < 2 ? Mean.ToString(format) : $"{Mean.ToString(format)} ± {Deviation.ToString(format)}";
    }
}
