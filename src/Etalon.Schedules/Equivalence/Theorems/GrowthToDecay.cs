using Etalon.Numerics;

namespace Etalon.Schedules.Equivalence;

/// <summary>The way back from one exponential rate without decay to constant rate and weight decay.</summary>
/// <remarks>
/// Where ln η~ grows by g a step, α = exp(-g/2), the rate is η = η~_0 α and the decay follows from
/// <see cref="ConstantRate.IntrinsicRateOf"/>; the buffer gets back v = v~ + k w before the first update. Li and Arora 2019, Theorem 2.9
/// read backwards.
/// </remarks>
public static class GrowthToDecay
{
    /// <summary>Rounding of a stored logarithm and of the sums that made it, relative to it.</summary>
    private const double Rounding = 1e-12;

    /// <summary>The equivalent with constant rate and decay.</summary>
    /// <exception cref="EquivalenceException">The rule is not plain momentum, there is decay already, the growth is not constant, or it
    /// exceeds 1/μ a step.</exception>
    public static Conversion Convert(UpdateTable source)
    {
        ArgumentNullException.ThrowIfNull(source);
        RateOnly.Demand(source.Rule);
        if (source.Count < 2) throw new EquivalenceException("growth shows only from two updates on", "name the decay wanted");
        var first = source.Steps[0];
        var growth = Growth(source);
        var logRoot = -growth / 2;
        var logRate = first.LogRate + logRoot;
        var decay = (SignedLog.Of(ConstantRate.IntrinsicRateOf(growth, first.Momentum)) * SignedLog.Exp(-logRate)).Value;
        if (!double.IsFinite(decay))
            throw new EquivalenceException($"the decay that belongs to a rate of exp({logRate:R}) leaves float64",
                "scale weights and rates first");

        var numbers = new UpdateRow(logRate, decay, first.Momentum, 0);
        // Without momentum there is no buffer.
        var share = first.Momentum == 0 ? default : SignedLog.Of(Elementary.ExpM1(-logRoot)) * SignedLog.Exp(-logRate);
        var steps = new UpdateRow[source.Count];
        Array.Fill(steps, numbers);
        var states = new StateMap[source.Count + 1];
        for (var i = 0; i < states.Length; i++) states[i] = new StateMap(-i * logRoot, share, 0).Inverse();
        return new(EquivalentForm.WeightDecay, "growth to decay (Li and Arora 2019, Theorem 2.9 read backwards)", source,
            source.With(source.Rule, steps), states, new StateCorrection(source.FirstStep, states[0]));
    }

    private static double Growth(UpdateTable source)
    {
        var (first, last) = (source.Steps[0], source.Steps[^1]);
        var growth = (last.LogRate - first.LogRate) / (source.Count - 1);
        for (var i = 0; i < source.Count; i++)
        {
            var now = source.Steps[i];
            if (now.WeightDecay != 0 || now.Momentum != first.Momentum)
                throw new EquivalenceException("decay must be 0 and momentum constant for a growth to become a decay",
                    "name the decay wanted, which any recipe can be converted to", source.FirstStep + i);
            if (!(Math.Abs(now.LogRate - first.LogRate - i * growth) <= Rounding * (1 + Math.Abs(now.LogRate) + Math.Abs(first.LogRate))))
                throw new EquivalenceException("the rate does not grow by the same factor at every step",
                    "name the decay wanted, which any recipe can be converted to", source.FirstStep + i);
        }
        return growth;
    }
}
