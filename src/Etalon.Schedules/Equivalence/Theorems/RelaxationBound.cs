using Etalon.Numerics;

namespace Etalon.Schedules.Equivalence;

/// <summary>How fast TEXP++ relaxes to TEXP inside a phase.</summary>
/// <remarks>
/// <para>
/// In a phase α relaxes to the root z as α' - z = μ (α - z)/(z α). With r_t = η_{t-1}/η_t for the rates of TEXP and r~_t for those of
/// TEXP++, t steps after the phase started,
/// </para>
/// <code>|r_t/r~_t - 1| ≤ 3 m [ (μ/z²)(1 + m) ]^t,   m = λ_max η_max/(1 - μ),   z the smallest root of any phase.</code>
/// <para>Assumes what <see cref="Texp"/> assumes, and one momentum throughout. Of use where <see cref="Base"/> is below 1. Li and Arora
/// 2019, Theorem 2.13.</para>
/// </remarks>
public sealed record RelaxationBound
{
    private RelaxationBound(double start, double @base) => (Start, Base) = (start, @base);

    /// <summary>The bound where a phase starts, 3 m.</summary>
    public double Start { get; }

    /// <summary>The factor of each step.</summary>
    public double Base { get; }

    /// <summary>The bound on |r/r~ - 1| so many steps after the start of a phase.</summary>
    public double At(long stepsIntoPhase) => Start * Elementary.Pow(Base, stepsIntoPhase);

    /// <summary>The bound for a schedule.</summary>
    /// <exception cref="EquivalenceException">The momentum changes, the rule is not TEXP's, or η λ exceeds (1 - √μ)² in some
    /// phase.</exception>
    public static RelaxationBound Of(UpdateTable source)
    {
        ArgumentNullException.ThrowIfNull(source);
        RateOnly.Demand(source.Rule);
        if (source.Count == 0) return new(0, 0);
        var momentum = source.Steps[0].Momentum;
        var (largestLogRate, largestDecay, smallestLogRoot) = (double.NegativeInfinity, 0.0, 0.0);
        for (var begin = 0; begin < source.Count; begin = Texp.EndOfPhase(source, begin))
        {
            var numbers = source.Steps[begin];
            if (numbers.Momentum != momentum)
                throw new EquivalenceException($"the momentum changes from {momentum:R} to {numbers.Momentum:R}, and the bound needs one",
                    "keep it constant", source.FirstStep + begin);
            largestLogRate = Math.Max(largestLogRate, numbers.LogRate);
            largestDecay = Math.Max(largestDecay, Math.Abs(numbers.WeightDecay));
            smallestLogRoot = Math.Min(smallestLogRoot,
                ConstantRate.LogRootAt(source.FirstStep + begin, numbers.IntrinsicRate, momentum, GrowthRoot.Larger));
        }
        var relative = (SignedLog.Exp(largestLogRate) * SignedLog.Of(largestDecay)).Value / (1 - momentum);
        return new(3 * relative, momentum * Elementary.Exp(-2 * smallestLogRoot) * (1 + relative));
    }

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(RelaxationBound), PrintMembers);
}
