namespace Etalon.Lab.Diagnosis;

/// <summary>A fault of a run: its cause, the number that shows it, and what to do.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Cause">The cause, as a short sentence without its full stop.</param>
/// <param name="Shown">What shows it, with the number.</param>
/// <param name="Remedy">What to do.</param>
internal sealed record Flag(FlagKind Kind, string Cause, string Shown, string Remedy)
{
    /// <summary>The number that shows it; NaN where words do.</summary>
    public double Value { get; init; } = double.NaN;

    /// <summary>How far the number may be off in 95 of 100 logs; NaN where it is exact.</summary>
    public double Margin { get; init; } = double.NaN;

    /// <summary>The groups of weights that have it, all of them; empty for what concerns the run.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>The phases that have it, from 1; empty for all.</summary>
    public IReadOnlyList<int> Phases { get; init; } = [];
}

/// <summary>
/// What can be wrong with a run, in the order in which it is looked for: an earlier cause explains what a later one would be taken for.
/// </summary>
internal enum FlagKind
{
    /// <summary>The weights move while the logged rate is 0.</summary>
    OtherRate,

    /// <summary>The log has several rows for one update.</summary>
    OtherSteps,

    /// <summary>Other weights were loaded in the middle of the run.</summary>
    ReplacedWeights,

    /// <summary>The momentum buffers were emptied in the middle of the run.</summary>
    LostBuffers,

    /// <summary>Some weights get no gradient, and decay all the same.</summary>
    DecayAlone,

    /// <summary>Gradients are sums over all updates so far: they are never set to zero.</summary>
    AccumulatedGradients,

    /// <summary>The loss has an L2 term of its own, on top of the optimizer's weight decay.</summary>
    LossPenalty,

    /// <summary>The loss has a term that pulls all weights to 0, and it is not an L2 term.</summary>
    OtherPenalty,

    /// <summary>Gradients are cut to one norm.</summary>
    ClippedGradients,

    /// <summary>The elements of the gradients are cut to one size.</summary>
    ClippedValues,

    /// <summary>Normalizations are in eval(): they use statistics of their own in place of the batch's.</summary>
    StoredStatistics,

    /// <summary>The means of the filters are taken out of the gradients.</summary>
    CentralizedGradients,

    /// <summary>The epsilon of the normalizations is felt: the weights have become too small for it.</summary>
    FeltEpsilon,

    /// <summary>A bias stands between weights and a normalization that does not take it out: the loss depends on their scale.</summary>
    BiasInside,

    /// <summary>The loss depends on the scale of weights that a normalization follows; the log leaves open why.</summary>
    LostInvariance,

    /// <summary>No normalization follows some weights: the loss depends on their scale.</summary>
    NoNormalization,

    /// <summary>Some weights have no weight decay, or less than the run's.</summary>
    DecayMissing,

    /// <summary>Some weights have another rate or momentum than the others.</summary>
    OtherNumbers,

    /// <summary>The updates are those of another rule than the log says.</summary>
    OtherRule,

    /// <summary>The updates are not what rate and gradients make.</summary>
    OtherUpdates,

    /// <summary>Something besides the optimizer changes the weights.</summary>
    ChangedWeights,

    /// <summary>The norms show another weight decay than the log says.</summary>
    OtherDecay,

    /// <summary>Rate times decay is so large for the momentum that norms oscillate.</summary>
    Oscillating,

    /// <summary>The rate is not the one that it was compared with.</summary>
    RateDiffers,

    /// <summary>The weight decay is not the one that it was compared with.</summary>
    DecayDiffers,

    /// <summary>The momentum is not the one that it was compared with.</summary>
    MomentumDiffers,

    /// <summary>The update rule is not the one that it was compared with.</summary>
    RuleDiffers,
}
