namespace Etalon.Lab.Diagnosis;

/// <summary>Every cause, in the order in which they are looked for: each explains what a later one would be taken for.</summary>
internal static class CauseCatalog
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Cause> All { get; } =
    [
        new OtherOptimizer(),
        new MovedWithoutRate(),
        new StandingWeights(),
        new DecayAlone(),
        new AccumulatedGradients(),
        new SeldomCleared(),
        new OtherPenalty(),
        new LossPenalty(),
        new ClippedValues(),
        new ClippedGradients(),
        new StoredStatistics(),
        new CentralizedGradients(),
        new ScaleDependence(),
        new ReplacedWeights(),
        new GroupNumbers(),
        new Oscillation(),
        new OtherMomentum(),
        new ChangedAtTimes(),
        new UpdateSizes(),
        new ChangedWeights(),
        new DecayByNorms(),
    ];
}

/// <summary>One thing that can be wrong with a run, and how a log shows it.</summary>
internal abstract class Cause
{
    /// <summary>Looks for it, explains it away, and tells it; nothing where it is not there.</summary>
    public abstract IEnumerable<Flag> Find(Evidence evidence);

    /// <summary>The median of values, at least one of them.</summary>
    protected static double Median(IEnumerable<double> values)
    {
        double[] ordered = [.. values.Order()];
        return (ordered[(ordered.Length - 1) / 2] + ordered[ordered.Length / 2]) / 2;
    }
}
