using Etalon.Numerics;

namespace Etalon.Schedules.Equivalence;

/// <summary>
/// Decoupled decay with momentum (SGDW), with or without Nesterov's look-ahead: exact with a momentum rescaled at each step.
/// </summary>
/// <remarks>
/// <para>
/// The update is v' = μ v + s g, w' = (1 - η λ) w - η U, with U = v', or with Nesterov U = g + ν v'. The buffer holds no decay, so it needs
/// no share of the weights, but its past is seen at another scale than the new gradient, which the rate alone cannot mend. With w~ = P w,
/// v~ = (r/P) v, from P = r = 1:
/// </para>
/// <code>
/// ρ = 1 - η λ      P' = P/ρ      r' = 1/ρ      μ~ = μ/r      ν~ = ν      η~ = η P P'
/// </code>
/// <para>
/// so the momentum of a step is μ times the ρ of the step before. The look-ahead stays: gradient and new buffer are both 1/P times the
/// source's, and so is U. With a target decay λ~, also decoupled, λ - λ~ P² stands in the place of λ.
/// </para>
/// <para>
/// Assumes a scale-invariant loss for every batch and η λ &lt; 1; any dampening. Not in the paper; derived by matching coefficients.
/// Decoupled decay: Loshchilov and Hutter 2019.
/// </para>
/// </remarks>
public static class DecoupledDecay
{
    /// <summary>One step of the recurrence.</summary>
    /// <exception cref="EquivalenceException">
    /// ρ is not positive, or the state holds a share of the weights in the buffer, which this rule cannot carry.
    /// </exception>
    public static StepOutput Advance(StateMap state, StepInput input)
    {
        if (state.Share.Sign != 0)
            throw new EquivalenceException(
                "the state to start from has weights in the buffer, which decoupled decay never puts there",
                "start from a state that a decoupled run has reached",
                input.Step);
        var numbers = input.Source;
        var replaced = SignedLog.Exp(numbers.LogRate) * input.DecayToReplace(state.LogScale);
        var logKept = input.LogPositive(replaced.Value, "ρ = 1 - η λ");
        var next = state.Grow(-logKept, default, -logKept);
        var target = new UpdateRow(
            numbers.LogRate + state.LogScale + next.LogScale,
            input.TargetDecay,
            numbers.Momentum * Elementary.Exp(-state.LogBuffer),
            numbers.LookAhead);
        return new(target, next);
    }
}
