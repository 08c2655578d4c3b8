namespace Etalon.Schedules.Equivalence;

/// <summary>TEXP++: any rate, decay and momentum schedule becomes one without decay, exactly, with nothing to correct.</summary>
/// <remarks>
/// <para>
/// With w~ = P w and v~ = (v - k w)/P the equivalent run has the same momentum μ and intake s, and from P = 1, k = 0 at the start:
/// </para>
/// <code>
/// κ = s λ + μ k      α = 1 - η κ      k' = κ/α      P' = P/α      η~ = η P P'
/// </code>
/// <para>
/// Nothing is divided by η, so a rate may be 0. Each step needs the past alone: a rate that is decided while training can be converted as
/// it comes. It starts from any checkpoint, given P and k there, and with another target decay λ~ the same holds with λ - λ~ P² in the
/// place of λ (<see cref="TargetDecay"/>).
/// </para>
/// <para>
/// Assumes a scale-invariant loss for every batch, coupled decay and heavy-ball momentum; α must stay positive, which it does for ever at
/// constant numbers with η λ ≤ (1 - √μ)². Li and Arora 2019, Theorem 2.13; this form, which also covers Theorems 2.9 and 2.12, differs from
/// it only in the choice of variables.
/// </para>
/// </remarks>
public static class TexpPlusPlus
{
    /// <summary>The equivalent without decay, whatever the rule: heavy ball here, others by their own recurrences.</summary>
    /// <param name="source">Any schedule.</param>
    /// <param name="start">How the equivalent run's state already follows from the source's before the first update; default: they are the
    /// same.</param>
    /// <exception cref="EquivalenceException">A factor α is not positive at some step, or the rule has no equivalent.</exception>
    public static Conversion Convert(UpdateTable source, StateMap start = default) => TargetDecay.ToZero(source, start);

    /// <summary>One step of the recurrence.</summary>
    /// <exception cref="EquivalenceException">α is not positive.</exception>
    public static StepOutput Advance(StateMap state, StepInput input)
    {
        var numbers = input.Source;
        var kappa = SignedLog.Of(input.GradientShare) * input.DecayToReplace(state.LogScale) + SignedLog.Of(numbers.Momentum) * state.Share;
        var logAlpha = input.LogPositive((SignedLog.Exp(numbers.LogRate) * kappa).Value, "α = 1 - η κ");
        var next = state.Grow(-logAlpha, kappa * SignedLog.Exp(-logAlpha), state.LogBuffer);
        return new(numbers with { LogRate = numbers.LogRate + state.LogScale + next.LogScale, WeightDecay = input.TargetDecay }, next);
    }
}
