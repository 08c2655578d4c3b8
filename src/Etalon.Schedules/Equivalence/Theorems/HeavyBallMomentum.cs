namespace Etalon.Schedules.Equivalence;

/// <summary>The heavy ball without decay: exact with a rate of its own at each step, and the source's momentum.</summary>
/// <remarks>
/// <para>
/// With w~ = P w and v~ = (v - k w)/P the equivalent run has the same momentum μ and intake s, and from P = 1, k = 0 at the start:
/// </para>
/// <code>
/// κ = s λ + μ k      α = 1 - η κ      k' = κ/α      P' = P/α      η~ = η P P'
/// </code>
/// <para>Nothing is divided by η, so a rate may be 0. With a target decay λ~, λ - λ~ P² stands in the place of λ.</para>
/// <para>
/// Assumes a scale-invariant loss for every batch and coupled decay; α must stay positive, which it does for ever at constant numbers with
/// η λ ≤ (1 - √μ)². Li and Arora 2019, Theorem 2.13; this form, which also covers Theorems 2.9 and 2.12, differs from it only in the choice
/// of variables.
/// </para>
/// </remarks>
public static class HeavyBallMomentum
{
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
