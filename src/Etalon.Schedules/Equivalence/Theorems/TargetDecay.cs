using Etalon.Numerics;

namespace Etalon.Schedules.Equivalence;

/// <summary>Any schedule as one with ANY other sequence of weight decays λ~, be it 0, constant, or a schedule of its own.</summary>
/// <remarks>
/// <para>
/// Let the equivalent run have w~ = P w and gradient g~ = g/P. Its direction is g~ + λ~ w~ = (g + λ~ P² w)/P: seen from the source, a decay
/// λ~ P². So only the difference δ = λ - λ~ P² must turn into growth, and each recurrence for decay 0 (<see cref="TexpPlusPlus"/>,
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
        return Convert(source, decay.ValueAt, start, EquivalentForm.WeightDecay, source.Rule);
    }

    // Without decay both of its forms are the same rule, and the coupled one is what other tools offer.
    internal static Conversion ToZero(UpdateTable source, StateMap start)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Convert(source, _ => 0, start, EquivalentForm.TexpPlusPlus, source.Rule with { Decay = DecayForm.Coupled });
    }

    internal static Conversion Convert(UpdateTable source, Func<long, double> decay, StateMap start, EquivalentForm form,
        UpdateRule targetRule)
    {
        var (advance, theorem) = Recurrence(source.Rule);
        var steps = new UpdateRow[source.Count];
        var states = new StateMap[source.Count + 1];
        states[0] = start;
        var rest = new RestingBuffer();
        for (var i = 0; i < steps.Length; i++)
        {
            var step = source.FirstStep + i;
            var input = new StepInput(step, source.Steps[i], source.GradientShare(step), decay(step));
            var hasBuffer = source.HasBufferBefore(step);
            states[i] = input.Source.Momentum == 0 ? rest.Begin(step, states[i], hasBuffer) : rest.End(step, states[i]);
            (steps[i], states[i + 1]) =
                input.Source.Momentum == 0 ? RestingBuffer.Advance(states[i], input, hasBuffer) : advance(states[i], input);
        }
        return new(form, theorem, source, source.With(targetRule, steps), states, rest.Corrections);
    }

    private static (Func<StateMap, StepInput, StepOutput>, string) Recurrence(UpdateRule rule) => rule switch
    {
        { Decay: DecayForm.Decoupled } =>
            (DecoupledDecay.Advance, "decoupled decay with rescaled momentum (after Li and Arora 2019, Theorem 2.13)"),
        { Nesterov: true } =>
            (NesterovMomentum.Advance, "Nesterov with its own momentum and look-ahead (after Li and Arora 2019, Theorem 2.13)"),
        _ => (TexpPlusPlus.Advance, "TEXP++ (Li and Arora 2019, Theorem 2.13)"),
    };
}

/// <summary>What one step of a recurrence is given.</summary>
/// <param name="Step">The 0-based update, for messages.</param>
/// <param name="Source">The source's numbers.</param>
/// <param name="GradientShare">The share s = 1 - τ of the gradient that enters the buffer, the same in both runs; see
/// <see cref="UpdateTable.GradientShare"/>.</param>
/// <param name="TargetDecay">The weight decay λ~ wanted of the equivalent run; 0 for none.</param>
public readonly record struct StepInput(long Step, UpdateRow Source, double GradientShare, double TargetDecay)
{
    /// <summary>δ = λ - λ~ P²: the decay that must turn into growth. See <see cref="Equivalence.TargetDecay"/>.</summary>
    internal SignedLog DecayToReplace(double logScale) =>
        TargetDecay == 0
            ? SignedLog.Of(Source.WeightDecay) : SignedLog.Of(Source.WeightDecay) - SignedLog.Of(TargetDecay) * SignedLog.Exp(2 * logScale);

    /// <summary>ln(1 - x), where 1 - x is a factor that must stay positive: scale invariance knows no change of sign.</summary>
    internal double LogPositive(double x, string factor) => x < 1
        ? Elementary.Log1P(-x)
        : throw new EquivalenceException(
            $"{factor} = {1 - x:R} is not positive, with η = {Source.Rate:R}, λ = {Source.WeightDecay:R}, μ = {Source.Momentum:R}: the "
            + $"weights would have to change sign",
            $"lower rate, decay or momentum before this step (η λ ≤ (1 - √μ)²{Limit} is safe for ever while the three are constant), or "
            + $"keep some decay in the equivalent recipe",
            Step);

    private string Limit => Source.Momentum < 1 ? $" = {ConstantRate.LargestIntrinsicRate(Source.Momentum):G6}" : "";

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(StepInput), PrintMembers);
}

/// <summary>What one step of a recurrence gives.</summary>
/// <param name="Target">The numbers with which the equivalent run makes the update.</param>
/// <param name="State">How its state follows from the source's after the update.</param>
public readonly record struct StepOutput(UpdateRow Target, StateMap State);
