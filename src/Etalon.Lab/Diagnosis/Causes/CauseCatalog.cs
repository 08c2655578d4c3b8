namespace Etalon.Lab.Diagnosis;

/// <summary>Every cause, in the order in which they are looked for: each explains what a later one would be taken for.</summary>
internal static class CauseCatalog
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Cause> All { get; } =
    [
        new OtherOptimizer(),
        new LossPenalty(),
        new ClippedGradients(),
        new ScaleDependence(),
        new GroupNumbers(),
        new Oscillation(),
        new OtherMomentum(),
        new UpdateSizes(),
        new ChangedWeights(),
        new DecayByNorms(),
    ];
}
