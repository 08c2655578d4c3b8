using Etalon.Numerics;

namespace Etalon.Schedules.Equivalence;

/// <summary>Constant rate, decay and momentum: weight decay is an exponential rate, η~_t = η α^(-2t-1), with the same momentum.</summary>
/// <remarks>
/// <para>
/// α is a root of x² - (1 + μ - η λ) x + μ = 0, and weights grow as w~_t = α^(-t) w_t. Real roots need η λ ≤ (1 - √μ)²; both are below 1
/// for λ &gt; 0. Before the first update the buffer is corrected once: v~ = v - k w with k = (1 - α)/(α η), or else the norm, and with it
/// the effective rate, is a little off at the start.
/// </para>
/// <para>
/// With d = η λ and Δ = ((1 - √μ)² - d)((1 + √μ)² - d) the larger root is evaluated as 1 - α = 2d/(1 - μ + d + √Δ), without cancellation;
/// the smaller is μ over it.
/// </para>
/// <para>Assumes a scale-invariant loss for every batch, coupled decay, no look-ahead, no dampening. Li and Arora 2019, Theorem 2.9.</para>
/// </remarks>
public static class ConstantRate
{
    private const string Theorem = "constant rate with momentum (Li and Arora 2019, Theorem 2.9)";

    /// <summary>(1 - √μ)²: the largest intrinsic rate η λ with an exponential equivalent. 0.00263 at μ = 0.9.</summary>
    public static double LargestIntrinsicRate(double momentum) => Square((1 - momentum) / (1 + Math.Sqrt(momentum)));

    /// <summary>ln α.</summary>
    /// <param name="intrinsicRate">η λ.</param>
    /// <param name="momentum">μ, at least 0 and less than 1.</param>
    /// <param name="root">Which of the two roots.</param>
    /// <exception cref="EquivalenceException">η λ exceeds (1 - √μ)², or the smaller root is 0 for want of momentum.</exception>
    public static double LogRoot(double intrinsicRate, double momentum, GrowthRoot root = GrowthRoot.Larger) =>
        LogRootAt(null, intrinsicRate, momentum, root);

    internal static double LogRootAt(long? step, double intrinsicRate, double momentum, GrowthRoot root)
    {
        if (!(momentum is >= 0 and < 1))
            throw Require.Refuse(nameof(momentum), momentum, "must be at least 0 and less than 1", "give one such as 0.9");
        var larger = Elementary.Log1P(-2 * intrinsicRate / Denominator(intrinsicRate, momentum, step));
        if (root == GrowthRoot.Larger) return larger;
        return momentum > 0
            ? Elementary.Log(momentum) - larger
            : throw new EquivalenceException("without momentum the smaller root is 0", "use the larger one");
    }

    /// <summary>
    /// k = (1 - α)/(α η): the share of the weights that leaves the buffer. For the larger root it is finite at a rate of 0 too.
    /// </summary>
    /// <exception cref="EquivalenceException">As <see cref="LogRoot"/>, or the smaller root is asked for at a rate of 0.</exception>
    public static SignedLog BufferShare(UpdateRow numbers, GrowthRoot root = GrowthRoot.Larger)
    {
        var intrinsic = numbers.IntrinsicRate;
        var logRoot = LogRoot(intrinsic, numbers.Momentum, root);
        if (root == GrowthRoot.Larger)
            return SignedLog.Of(2 * numbers.WeightDecay / Denominator(intrinsic, numbers.Momentum, null)) * SignedLog.Exp(-logRoot);
        return numbers.LogRate > double.NegativeInfinity
            ? SignedLog.Of(Elementary.ExpM1(-logRoot)) * SignedLog.Exp(-numbers.LogRate)
            : throw new EquivalenceException("at a rate of 0 the smaller root has no correction of the buffer", "use the larger one");
    }

    /// <summary>The inverse map: the intrinsic rate η λ = (1 - α)(α - μ)/α of the run whose equivalent rate grows so fast.</summary>
    /// <param name="logGrowthPerStep">ln of the factor 1/α² of a step; of n steps, an n-th of the logarithm of their factor.</param>
    /// <param name="momentum">μ, at least 0 and less than 1.</param>
    /// <exception cref="EquivalenceException">The growth exceeds 1/μ a step, where the larger root ends.</exception>
    public static double IntrinsicRateOf(double logGrowthPerStep, double momentum)
    {
        if (logGrowthPerStep > -Elementary.Log(momentum))
            throw new EquivalenceException(
                $"the rate grows by exp({logGrowthPerStep:R}) a step, and at momentum {momentum:R} at most 1/μ = {1 / momentum:R} comes "
                + $"from weight decay", "lower the growth or the momentum");
        var missing = -Elementary.ExpM1(-logGrowthPerStep / 2);
        return missing * (1 - missing - momentum) / (1 - missing);
    }

    /// <summary>The equivalent without decay of a schedule whose numbers never change.</summary>
    /// <exception cref="EquivalenceException">The rule is not the theorem's, a number changes, or η λ exceeds (1 - √μ)².</exception>
    public static Conversion Convert(UpdateTable source, GrowthRoot root = GrowthRoot.Larger)
    {
        ArgumentNullException.ThrowIfNull(source);
        RateOnly.Demand(source.Rule);
        if (source.Count == 0) return new(EquivalentForm.Exponential, Theorem, source, source, new StateMap[1]);
        var numbers = source.Steps[0];
        for (var i = 1; i < source.Count; i++)
            if (source.Steps[i] != numbers)
                throw new EquivalenceException(
                    $"rate, decay or momentum changes from {Show(numbers)} to {Show(source.Steps[i])}, and one exponential needs all "
                    + $"three constant", "ask for texp (step decay) or texp++ (any schedule)", source.FirstStep + i);
        var logGrowth = -LogRootAt(source.FirstStep, numbers.IntrinsicRate, numbers.Momentum, root);
        // Without momentum there is no buffer.
        var share = numbers.Momentum == 0 ? default : BufferShare(numbers, root);
        var states = new StateMap[source.Count + 1];
        var steps = new UpdateRow[source.Count];
        for (var i = 0; i < states.Length; i++) states[i] = new(i * logGrowth, share, 0);
        for (var i = 0; i < steps.Length; i++) steps[i] = new(numbers.LogRate + (2 * i + 1L) * logGrowth, 0, numbers.Momentum, 0);
        return new(EquivalentForm.Exponential, Theorem, source, source.With(source.Rule, steps), states,
            new StateCorrection(source.FirstStep, states[0]))
        {
            RatePieces = SimplestSchedule.OfGrowth(steps[0].LogRate, 2 * logGrowth, source.Count),
        };
    }

    private static double Denominator(double intrinsicRate, double momentum, long? step)
    {
        var limit = LargestIntrinsicRate(momentum);
        if (!(intrinsicRate <= limit))
            throw new EquivalenceException(
                $"η λ = {intrinsicRate:R} exceeds (1 - √μ)² = {limit:R} at momentum {momentum:R}, where both roots are complex",
                "lower rate, decay or momentum; for a short time texp++ may still pass", step);
        return 1 - momentum + intrinsicRate + Math.Sqrt((limit - intrinsicRate) * (Square(1 + Math.Sqrt(momentum)) - intrinsicRate));
    }

    private static string Show(UpdateRow numbers) => $"(η = {numbers.Rate:G12}, λ = {numbers.WeightDecay:R}, μ = {numbers.Momentum:R})";

    private static double Square(double x) => x * x;
}

/// <summary>Which root α of x² - (1 + μ - η λ) x + μ = 0 an exponential rate grows by; see <see cref="ConstantRate"/>.</summary>
public enum GrowthRoot
{
    /// <summary>From √μ to 1: slow growth, a small correction of the buffer, and stable. The one to use.</summary>
    Larger,

    /// <summary>From μ to √μ: as exact on paper, but growth per step near 1/μ² and rounding errors that grow as fast.</summary>
    Smaller,
}
