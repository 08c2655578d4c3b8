namespace Etalon.Schedules.Equivalence;

/// <summary>The forms that a schedule can be converted to.</summary>
public enum EquivalentForm
{
    /// <summary>No decay, rates by the exact recurrence, no correction of the buffer: <see cref="Equivalence.TexpPlusPlus"/>. Any schedule.</summary>
    TexpPlusPlus,

    /// <summary>No decay, exactly exponential rates inside each phase, the buffer corrected where a phase starts: <see cref="Equivalence.Texp"/>. Step decay.</summary>
    Texp,

    /// <summary>No decay, one exponential rate: <see cref="ConstantRate"/>, or without momentum <see cref="MomentumFree"/>.</summary>
    Exponential,

    /// <summary>Weight decay of any chosen sequence: <see cref="TargetDecay"/>; without one, constant rate and decay from a constant growth.</summary>
    WeightDecay,
}
