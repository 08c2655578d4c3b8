using Etalon.Numerics;

namespace Etalon.Schedules.Equivalence;

/// <summary>
/// AdamW with constant numbers is Adam without decay with other constant betas, β₁ ρ and β₂ ρ², and a rate that grows by 1/ρ an update.
/// </summary>
/// <remarks>
/// <para>With ρ = 1 - η λ, the bias corrections c of the source and c~ of the equivalent betas:</para>
/// <code>
/// β₁~ = β₁ ρ      β₂~ = β₂ ρ²
/// η~ = η ρ^-(t+1) (1 - β₁)/(1 - β₁~) √((1 - β₂~)/(1 - β₂)) (√c₂/c₁) (c₁~/√c₂~)      ε~ = ε ρ^t √((1 - β₂~)/(1 - β₂)) √(c₂/c₂~)
/// </code>
/// <para>
/// Exact from moments of 0: only rate and epsilon move. Epsilon may not be left as it is merely because it is small; it moves weights whose
/// gradients are small. From a checkpoint, or with numbers that change, use <see cref="AdamNumbers"/>, of which this is the case that
/// starts on its fixed point.
/// </para>
/// <para>Assumes a scale-invariant loss for every batch and η λ &lt; 1. Derived here.</para>
/// </remarks>
public static class AdamConstantBetas
{
    /// <summary>The equivalent without decay of constant numbers.</summary>
    /// <exception cref="EquivalenceException">A number changes, the table starts after update 0, or η λ is 1 or more.</exception>
    public static AdamConversion Convert(AdamTable source)
    {
        ArgumentNullException.ThrowIfNull(source);
        const string remedy = "ask for the form adam, which sets the betas of each update";
        if (source.FirstStep > 0)
            throw new EquivalenceException(
                "constant betas are exact from moments of 0, and this table starts at a checkpoint", remedy, source.FirstStep);
        var steps = new AdamRow[source.Count];
        var states = new AdamStateMap[source.Count + 1];
        if (steps.Length == 0) return new(source, source, states);
        var numbers = source.Steps[0];
        var lost = SignedLog.Exp(numbers.LogRate) * SignedLog.Of(numbers.WeightDecay);
        var logGrowth = -DecoupledShrinkage.LogKept(0, lost, numbers.LogRate, numbers.WeightDecay);
        var kept = 1 - lost.Value;
        var (lost1, lost2) = (1 - numbers.Beta1 * kept, 1 - numbers.Beta2 * kept * kept);
        var (a, rootOfB) = ((1 - numbers.Beta1) / lost1, Math.Sqrt((1 - numbers.Beta2) / lost2));
        for (var i = 0; i < states.Length; i++)
        {
            var before = (i - 1) * logGrowth;
            states[i] = new(i * logGrowth, before + Elementary.Log(a), 2 * (before + Elementary.Log(rootOfB)));
        }
        for (var i = 0; i < steps.Length; i++)
        {
            if (source.Steps[i] != numbers)
                throw new EquivalenceException(
                    $"{Change(numbers, source.Steps[i])}, and constant betas need all numbers constant", remedy, i);
            var corrections = AdamBias.Of(i, 1 - numbers.Beta1, 1 - numbers.Beta2);
            var targets = AdamBias.Of(i, lost1, lost2);
            var gain = a / rootOfB * (corrections.Root2 / corrections.First) * (targets.First / targets.Root2);
            var epsilon = numbers.Epsilon * Elementary.Exp(-i * logGrowth) / rootOfB * (corrections.Root2 / targets.Root2);
            if (epsilon == 0 && numbers.Epsilon > 0)
                throw new EquivalenceException(
                    $"ε~ = {numbers.Epsilon:R} exp({-i * logGrowth:R}) leaves float64", "convert a part of the run", i);
            var logRate = numbers.LogRate + (i + 1) * logGrowth + Elementary.Log(gain);
            steps[i] = new(logRate, 0, numbers.Beta1 * kept, numbers.Beta2 * kept * kept, epsilon);
        }
        return new(source, new AdamTable(steps), states);
    }

    private static string Change(AdamRow from, AdamRow to) =>
        from.Rate != to.Rate ? $"the rate changes from {from.Rate:G6} to {to.Rate:G6}"
        : from.WeightDecay != to.WeightDecay ? $"the weight decay changes from {from.WeightDecay:G6} to {to.WeightDecay:G6}"
        : $"the betas or epsilon change from ({from.Beta1:G6}, {from.Beta2:G6}, {from.Epsilon:G6}) to ({to.Beta1:G6}, {to.Beta2:G6}, "
            + $"{to.Epsilon:G6})";
}
