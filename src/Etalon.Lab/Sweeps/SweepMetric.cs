using Etalon.Lab.Numerics;

namespace Etalon.Lab.Sweeps;

/// <summary>The number that judges a trial.</summary>
internal sealed record SweepMetric
{
    /// <summary>The metric of the usual sweep.</summary>
    public const string TestAccuracy = "test/accuracy";

    /// <summary>Its name in metrics.jsonl.</summary>
    /// <value>test/accuracy by default.</value>
    public string Name { get; init; } = TestAccuracy;

    /// <summary>Which of its values counts.</summary>
    /// <value>Last by default.</value>
    public MetricMoment Moment { get; init; }

    /// <summary>The number of updates after which the value counts, where <see cref="Moment"/> is Step.</summary>
    public long Step { get; init; }

    /// <summary>Whether more is better.</summary>
    public bool IsHigherBetter { get; init; } = true;

    /// <summary>What the metric can be: 0 to 1 for an accuracy, at least 0 for a loss.</summary>
    public (double Least, double Most) Range =>
        IsAccuracy(Name) ? (0, 1)
            : (Name.Contains("loss", StringComparison.Ordinal) ? 0 : double.NegativeInfinity, double.PositiveInfinity);

    /// <summary>Whether more is better of a metric that nobody said it of: of accuracies it is, of everything else it is not.</summary>
    public static bool IsUsuallyHigherBetter(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return IsAccuracy(name);
    }

    /// <summary>The mean over seeds; its interval ends where the metric does.</summary>
    /// <param name="values">A value of the metric for each seed.</param>
    public SampleMean MeanOf(IEnumerable<double> values) => SampleMean.Of(values, Range.Least, Range.Most);

    private static bool IsAccuracy(string name) => name.Contains("accuracy", StringComparison.Ordinal);
}

/// <summary>Which value of a metric counts.</summary>
internal enum MetricMoment
{
    /// <summary>The one after the last update.</summary>
    Last,

    /// <summary>The best of all.</summary>
    Best,

    /// <summary>The one after a number of updates.</summary>
    Step,
}
