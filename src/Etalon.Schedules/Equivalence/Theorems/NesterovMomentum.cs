using Etalon.Numerics;

namespace Etalon.Schedules.Equivalence;

/// <summary>Nesterov's update without decay: exact with a rate, a momentum and a look-ahead of its own at each step.</summary>
/// <remarks>
/// <para>
/// The update is v' = μ v + d, w' = w - η (d + ν v') with d = g + λ w; in PyTorch ν = μ. No rate alone makes up for the decay (that is off
/// by about η λ). With w~ = P w and v~ = (r/P)(v - k w), from P = r = 1 and k = 0:
/// </para>
/// <code>
/// a = 1 - η (1 + ν) λ - η ν μ k      k' = (μ k + λ)/a      P' = P/a      r' = 1/(1 + η μ k)
/// η~ = η P P'/(1 + η ν k')      ν~ = ν (1 + η (1 + ν) k')      μ~ = μ (1 + η ν k')/(r (1 + η (1 + ν) k'))
/// </code>
/// <para>With a target decay λ~, λ - λ~ P² stands in the place of λ. Momentum and look-ahead stay within a few percent of the source's at
/// usual numbers.</para>
/// <para>
/// Assumes a scale-invariant loss for every batch, coupled decay, no dampening (PyTorch too refuses it here). Not in the paper; derived as
/// its Theorem 2.13 is, by matching the coefficients of w, v and g on both sides.
/// </para>
/// </remarks>
public static class NesterovMomentum
{
    /// <summary>One step of the recurrence.</summary>
    /// <exception cref="EquivalenceException">A factor that must be positive is not, or there is dampening.</exception>
    public static StepOutput Advance(StateMap state, StepInput input)
    {
        if (input.GradientShare != 1)
            throw new EquivalenceException($"dampening is {1 - input.GradientShare:R} in a Nesterov update, which PyTorch refuses too",
                "set dampening to 0", input.Step);
        var (logRate, _, momentum, lookAhead) = input.Source;
        var rate = SignedLog.Exp(logRate);
        var decay = input.DecayToReplace(state.LogScale);
        var carried = SignedLog.Of(momentum) * state.Share;
        var ahead = SignedLog.Of(lookAhead);

        var logKept =
            input.LogPositive((rate * (SignedLog.Of(1 + lookAhead) * decay + ahead * carried)).Value, "a = 1 - η (1 + ν) λ - η ν μ k");
        var share = (carried + decay) * SignedLog.Exp(-logKept);
        var logAhead = input.LogPositive(-(rate * ahead * share).Value, "1 + η ν k'");
        var logWhole = input.LogPositive(-(rate * SignedLog.Of(1 + lookAhead) * share).Value, "1 + η (1 + ν) k'");
        var logBuffer = -input.LogPositive(-(rate * carried).Value, "1 + η μ k");

        var next = state.Grow(-logKept, share, logBuffer);
        var target = new UpdateRow(
            logRate + state.LogScale + next.LogScale - logAhead,
            input.TargetDecay,
            momentum * Elementary.Exp(logAhead - logWhole - state.LogBuffer),
            lookAhead * Elementary.Exp(logWhole));
        return new(target, next);
    }
}
