namespace Etalon.Schedules.Equivalence;

/// <summary>Any schedule as one with ANY other sequence of weight decays λ~, be it 0, constant, or a schedule of its own.</summary>
/// <remarks>
/// <para>
/// Let the equivalent run have w~ = P w and gradient g~ = g/P. Its direction is g~ + λ~ w~ = (g + λ~ P² w)/P: seen from the source, a decay
/// λ~ P². So only the difference δ = λ - λ~ P² must turn into growth, and each recurrence for decay 0 (<see cref="HeavyBallMomentum"/>,
/// <see cref="NesterovMomentum"/>, <see cref="DecoupledDecay"/>) holds for decay λ~ with δ in the place of λ. For the heavy ball both
/// decays meet in
/// </para>
/// <code>κ = s λ + μ k - s λ~ P²</code>
/// <para>
/// λ~ = λ gives the schedule itself. A source with λ = 0 and exponential rates gets back a weight decay, with P falling; the map is its own
/// way back: λ → λ~ → λ returns the rates, and λ → λ' → λ~ is λ → λ~. An error in ln P damps itself out where λ~ &gt; 0, since too large a
/// P is decayed faster.
/// </para>
/// <para>Where the momentum is 0 for a while the buffer rests, as <see cref="RestingBuffer"/> says, and is corrected before and
/// after.</para>
/// <para>Assumes what the recurrence of the rule assumes. Li and Arora 2019, Theorem 2.13 for λ~ = 0; for other λ~ derived here.</para>
/// </remarks>
public static class TargetDecay
{
    /// <summary>The equivalent with the decays of a schedule, at the steps of the source.</summary>
    /// <param name="source">Any schedule.</param>
    /// <param name="decay">λ~ of each step; negative values are as exact.</param>
    /// <param name="start">How the equivalent run's state already follows from the source's before the first update; default: they are the
    /// same.</param>
    /// <exception cref="EquivalenceException">A factor that must be positive is not at some step, or the rule has no
    /// equivalent.</exception>
    public static Conversion Convert(UpdateTable source, Schedule decay, StateMap start = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(decay);
        return Recurrence.Convert(source, decay.ValueAt, start, EquivalentForm.WeightDecay, source.Rule);
    }
}
