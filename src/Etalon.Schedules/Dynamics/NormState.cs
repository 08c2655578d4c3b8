using Etalon.Numerics;
using Etalon.Schedules.Equivalence;

namespace Etalon.Schedules.Dynamics;

/// <summary>
/// What of weights and buffer decides the norm of the next update: |w|, ⟨w, v⟩ and |v|. <see cref="Next"/> is an exact law for every update
/// rule.
/// </summary>
/// <remarks>
/// <para>
/// The gradient of a scale-invariant loss is orthogonal to w. So |w'|², ⟨w', v'⟩ and |v'|² of the update v' = μ v + (1 - τ)(g + λ w), w' =
/// w - η v' (and of its Nesterov and decoupled variants) are polynomials in the same three numbers, |g|² and ⟨v, g⟩: nothing else of the
/// weights enters, and nothing is approximated. It is the exact law of <see cref="MomentumFreeLaws"/> for any momentum. With S = E|ĝ|² in
/// the place of |ĝ|² it becomes a forecast of the mean.
/// </para>
/// <para>All numbers are free of the scale of w, so that norms and rates may leave float64. Derived from the update rule; Wan et al. 2021
/// have the same recursion to first order.</para>
/// </remarks>
/// <param name="LogNorm">ln |w|.</param>
/// <param name="Dot">⟨w, v⟩, which does not change when w is scaled.</param>
/// <param name="BufferSquare">|w|² |v|².</param>
/// <example>
/// <code>
/// // Gradients of |ĝ|² = 4 for ever: the norm settles where the formula says.
/// var update = new SteadyUpdate(rate: 0.1, weightDecay: 0.01, momentum: 0.9);
/// var state = NormState.AtRest(norm: 1);
/// for (var step = 0; step &lt; 5000; step++) state = state.Next(update.Rule, update.Numbers, gradientSquare: 4);
/// Console.WriteLine($"{state.Norm:F6}"); // 3.760851
/// Console.WriteLine($"{Equilibrium.Of(update, gradientSquare: 4).Norm:F6}"); // 3.760851
/// </code>
/// </example>
public readonly record struct NormState(double LogNorm, double Dot, double BufferSquare)
{
    /// <summary>|w|.</summary>
    public double Norm => Elementary.Exp(LogNorm);

    /// <summary>The angle by which the last update turned the weights, in radians; 0 before the first.</summary>
    public double Angle { get; private init; }

    /// <summary>Weights of a norm and an empty buffer: a run that starts.</summary>
    /// <exception cref="ArgumentException">The norm is not positive.</exception>
    public static NormState AtRest(double norm) => new(Elementary.Log(Require.Positive(norm)), 0, 0);

    /// <summary>Weights of a norm and the buffer that updates of the same numbers fill: a run that has gone on for a while.</summary>
    /// <param name="update">The update that has filled the buffer.</param>
    /// <param name="norm">|w|, positive; it may be far from its equilibrium.</param>
    /// <param name="gradientSquare">S = E|ĝ|².</param>
    public static NormState Settled(SteadyUpdate update, double norm, double gradientSquare)
    {
        ArgumentNullException.ThrowIfNull(update);
        var start = AtRest(norm);
        var state = start;
        // μ^n of the empty buffer is left after n updates; 37 lifetimes are float64's digits.
        var updates = (int)Math.Min(100_000, Math.Ceiling(37 / (1 - update.Numbers.Momentum)));
        for (var i = 0; i < updates; i++)
        {
            var next = state.Next(update.Rule, update.Numbers, gradientSquare);
            // The weights brought back to their norm, the buffer as it is.
            var scale = Elementary.Exp(start.LogNorm - next.LogNorm);
            state = next with { LogNorm = start.LogNorm, Dot = scale * next.Dot, BufferSquare = scale * scale * next.BufferSquare };
        }
        return state;
    }

    /// <summary>The state after one more update.</summary>
    /// <param name="rule">The formula.</param>
    /// <param name="numbers">Rate, decay, momentum and look-ahead of this update.</param>
    /// <param name="gradientSquare">|ĝ|² = |w|² |g|² of this update, or its mean S.</param>
    /// <param name="bufferDot">|w|² ⟨v, g⟩ with v the buffer before the update, or its mean. Default: 0, a gradient that knows nothing of
    /// the past.</param>
    /// <param name="isFirst">Whether it is the first update of a run with momentum, which is undamped. Default: it is not.</param>
    public NormState Next(UpdateRule rule, UpdateRow numbers, double gradientSquare, double bufferDot = 0, bool isFirst = false)
    {
        ArgumentNullException.ThrowIfNull(rule);
        // Without momentum the buffer stays as it is, v' = v, and the update is the direction alone, which is Nesterov's without a look
        // ahead.
        var isResting = numbers.Momentum == 0;
        var (momentum, lookAhead, intake) = isResting ? (1, 0, 0) : (numbers.Momentum, numbers.LookAhead, isFirst ? 1 : 1 - rule.Dampening);
        var rate = Elementary.Exp(numbers.LogRate - 2 * LogNorm);
        var isCoupled = rule.Decay == DecayForm.Coupled;
        var decay = isCoupled ? (SignedLog.Of(numbers.WeightDecay) * SignedLog.Exp(2 * LogNorm)).Value : 0;
        var lost = isCoupled ? 0 : numbers.IntrinsicRate;

        // d = g + λ w and v' = μ v + (1 - τ) d; products of w with |w|⁰, of all others with |w|².
        var (weightD, dd, bufferD) = (decay, gradientSquare + decay * decay, bufferDot + decay * Dot);
        var weightV = momentum * Dot + intake * weightD;
        var vv = momentum * momentum * BufferSquare + 2 * momentum * intake * bufferD + intake * intake * dd;
        var dv = momentum * bufferD + intake * dd;
        // w' = (1 - η λ) w - η u, with u = v' or, for Nesterov, d + ν v'.
        var (weightU, uu, uv) = rule.Nesterov || isResting
            ? (weightD + lookAhead * weightV, dd + 2 * lookAhead * dv + lookAhead * lookAhead * vv, dv + lookAhead * vv)
            : (weightV, vv, vv);
        var along = 1 - lost - rate * weightU;
        var across = rate * Math.Sqrt(Math.Max(0, uu - weightU * weightU));
        var growth = -lost * (2 - lost) - 2 * (1 - lost) * rate * weightU + rate * rate * uu;
        return new(LogNorm + 0.5 * Elementary.Log1P(growth), (1 - lost) * weightV - rate * uv,
            (1 + growth) * vv)
        { Angle = Elementary.Atan2(across, along) };
    }

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(NormState), PrintMembers);
}
