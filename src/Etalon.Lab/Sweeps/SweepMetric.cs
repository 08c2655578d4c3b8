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

    /// <summary>Whether more is better of a metric that nobody said it of: of accuracies it is, of everything else it is not.</summary>
    public static bool IsUsuallyHigherBetter(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Contains("accuracy", StringComparison.Ordinal);
    }
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
