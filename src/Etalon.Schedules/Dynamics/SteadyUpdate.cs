using Etalon.Numerics;
using Etalon.Schedules.Equivalence;

namespace Etalon.Schedules.Dynamics;

/// <summary>
/// Rate, weight decay, momentum and the rule they enter, for a while the same at every update: what the laws of equilibrium speak about.
/// </summary>
/// <remarks>
/// The laws hold for the weights w of a scale-invariant group: L(c w) = L(w) for every batch, so that gradients are orthogonal to w and
/// shrink as 1/|w|. Li, Lyu and Arora 2020; with momentum Wan et al. 2021, <i>Spherical Motion Dynamics</i>.
/// </remarks>
/// <example>
/// <code>
/// var update = new SteadyUpdate(rate: 0.1, weightDecay: 5e-4, momentum: 0.9);
/// Console.WriteLine($"{update.IntrinsicRate:G6}"); // 5E-05
/// Console.WriteLine($"{update.UnitsPerStep:G6}"); // 0.0005, so that 2000 steps are one mixing unit
/// Console.WriteLine($"{update.LargestIntrinsicRate:G4}"); // 0.002633
/// Console.WriteLine(update.Oscillates); // False
/// </code>
/// </example>
public sealed record SteadyUpdate
{
    /// <summary>An update of the numbers of one step.</summary>
    /// <param name="numbers">Rate, decay and momentum.</param>
    /// <param name="rule">The formula that they enter.</param>
    /// <exception cref="ArgumentException">A momentum is not within [0, 1), a number is not a number, or the rule is a damped or an unusual
    /// Nesterov's, for which there are no laws here.</exception>
    public SteadyUpdate(UpdateRow numbers, UpdateRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        if (!(numbers.LogRate < double.PositiveInfinity))
            throw Require.Refuse("rate", numbers.Rate, "must have a logarithm", "give a rate of 0 or more, such as 0.1");
        if (!double.IsFinite(numbers.WeightDecay))
            throw Require.Refuse("weightDecay", numbers.WeightDecay, "must be a finite number", "give one such as 5e-4");
        if (!(numbers.Momentum is >= 0 and < 1))
            throw Require.Refuse("momentum", numbers.Momentum, "must be at least 0 and less than 1", "give one such as 0.9");
        if (rule.Nesterov && rule.Dampening != 0)
            throw Require.Refuse("dampening", rule.Dampening, "must be 0 in a Nesterov update, as PyTorch demands too",
                "leave out one of the two");
        if (rule.Nesterov && numbers.LookAhead != numbers.Momentum)
            throw Require.Refuse("look-ahead", numbers.LookAhead, $"must be the momentum {numbers.Momentum:R}, as in PyTorch",
                "use the recipe that this one was converted from");
        (Numbers, Rule) = (numbers, rule);
    }

    /// <summary>An update of plain numbers.</summary>
    /// <param name="rate">η, at least 0.</param>
    /// <param name="weightDecay">λ.</param>
    /// <param name="momentum">μ, at least 0 and less than 1. Default: 0.</param>
    /// <param name="rule">The formula that they enter. Default: heavy ball with decay in the gradient, PyTorch's SGD.</param>
    /// <exception cref="ArgumentException">As of the other constructor.</exception>
    public SteadyUpdate(double rate, double weightDecay, double momentum = 0, UpdateRule? rule = null)
        : this(new UpdateRow(Elementary.Log(Require.NotNegative(rate)), weightDecay, momentum, rule is { Nesterov: true } ? momentum : 0),
            rule ?? new UpdateRule())
    {
    }

    /// <summary>Rate, decay and momentum.</summary>
    public UpdateRow Numbers { get; }

    /// <summary>The formula that they enter.</summary>
    public UpdateRule Rule { get; }

    /// <summary>The intrinsic rate η λ.</summary>
    public double IntrinsicRate => Numbers.IntrinsicRate;

    /// <summary>The share of a gradient that is taken in: 1 - τ, and 1 without momentum.</summary>
    internal double Taken => Rule.Taken(Numbers.Momentum);

    /// <summary>
    /// ln of the total rate η (1 - τ)/(1 - μ): how far a gradient moves the weights in the end, after the buffer has passed all of it on.
    /// </summary>
    public double LogTotalRate => Numbers.LogRate + Elementary.Log(Taken / (1 - Numbers.Momentum));

    /// <summary>
    /// The mixing units of one update, L: the intrinsic rate that sets norms and times. η λ (1 - τ)/(1 - μ) with coupled decay, η λ with
    /// decoupled decay. The norm state forgets its past as exp(-4 L t), the direction of a random walk as exp(-L t).
    /// </summary>
    public double UnitsPerStep => Rule.Decay == DecayForm.Decoupled ? IntrinsicRate : IntrinsicRate * Taken / (1 - Numbers.Momentum);

    /// <summary>
    /// The largest η λ without oscillation of the norm: (1 - √μ)²/(1 - τ) for heavy ball, ((1 - μ)/(1 + μ))² for Nesterov, 1 with decoupled
    /// decay. Beyond it the laws do not hold.
    /// </summary>
    /// <remarks>Where x² - (1 + μ - η λ) x + μ, or for Nesterov x² - (1 + μ)(1 - η λ) x + μ (1 - η λ), has a double root.</remarks>
    public double LargestIntrinsicRate => Rule switch
    {
        { Decay: DecayForm.Decoupled } => 1,
        { Nesterov: true } => (1 - Numbers.Momentum) / (1 + Numbers.Momentum) * ((1 - Numbers.Momentum) / (1 + Numbers.Momentum)),
        _ => ConstantRate.LargestIntrinsicRate(Numbers.Momentum) / Taken,
    };

    /// <summary>Whether η λ exceeds <see cref="LargestIntrinsicRate"/>.</summary>
    public bool Oscillates => IntrinsicRate > LargestIntrinsicRate;

    /// <summary>
    /// Whether there is an equilibrium at all: rate, decay and what the buffer takes in are positive. Without decay the norm grows for
    /// ever.
    /// </summary>
    public bool HasEquilibrium => UnitsPerStep > 0;

    /// <summary>The update of one step of a schedule.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The table does not describe that step.</exception>
    /// <exception cref="ArgumentException">As of the constructor.</exception>
    public static SteadyUpdate At(UpdateTable table, long step)
    {
        ArgumentNullException.ThrowIfNull(table);
        return new(table[step], table.Rule);
    }

    /// <summary>
    /// The effective rate η (1 - τ)/((1 - μ)|w|²) of weights of a norm: the total rate that a run on the unit sphere would have.
    /// </summary>
    /// <param name="norm">|w|, positive.</param>
    public double EffectiveRate(double norm) => Elementary.Exp(LogTotalRate - 2 * Elementary.Log(norm));

    /// <summary>The norm state γ = |w|⁴/(total rate)², the inverse square of the effective rate. Without momentum |w|⁴/η².</summary>
    /// <param name="norm">|w|, positive.</param>
    public double Gamma(double norm) => Elementary.Exp(4 * Elementary.Log(norm) - 2 * LogTotalRate);

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(SteadyUpdate), PrintMembers);
}
