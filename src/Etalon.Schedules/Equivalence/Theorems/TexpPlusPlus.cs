namespace Etalon.Schedules.Equivalence;

/// <summary>TEXP++: any rate, decay and momentum schedule becomes one without decay, exactly, with nothing to correct.</summary>
/// <remarks>
/// <para>
/// The recurrence is that of the rule: <see cref="HeavyBallMomentum"/>, <see cref="NesterovMomentum"/> or <see cref="DecoupledDecay"/>.
/// Each step needs the past alone: a rate that is decided while training can be converted as it comes, by their Advance. It starts from
/// any checkpoint, given the state there, and with another target decay it is <see cref="TargetDecay"/>.
/// </para>
/// <para>
/// Assumes a scale-invariant loss for every batch; a factor of the weights must stay positive, which it does for ever at constant numbers
/// with η λ ≤ (1 - √μ)². Li and Arora 2019, Theorem 2.13.
/// </para>
/// </remarks>
public static class TexpPlusPlus
{
    /// <summary>The equivalent without decay, whatever the rule: heavy ball here, others by their own recurrences.</summary>
    /// <param name="source">Any schedule.</param>
    /// <param name="start">How the equivalent run's state already follows from the source's before the first update; default: they are the
    /// same.</param>
    /// <exception cref="EquivalenceException">A factor α is not positive at some step, or the rule has no equivalent.</exception>
    public static Conversion Convert(UpdateTable source, StateMap start = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        // Without decay both of its forms are the same rule, and the coupled one is what other tools offer.
        var rule = source.Rule with { Decay = DecayForm.Coupled };
        return Recurrence.Convert(source, _ => 0, start, EquivalentForm.TexpPlusPlus, rule);
    }
}
