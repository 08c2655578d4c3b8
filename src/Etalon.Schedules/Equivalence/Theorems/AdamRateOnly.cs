using Etalon.Numerics;

namespace Etalon.Schedules.Equivalence;

/// <summary>AdamW's decay replaced by a rate alone, betas as they are: an approximation whose size it says.</summary>
/// <remarks>
/// <para>
/// Adam with betas (β₁, β₂) and growing rates is exactly an AdamW with betas (β₁/ρ, β₂/ρ²) of the update before, so its squares are
/// remembered longer, by the share 2 η λ/(1 - β₂). The rate below removes the first order of that:
/// </para>
/// <code>
/// A ← 1 - β₁ + (β₁/ρ) A        B ← 1 - β₂ + (β₂/ρ²) B       from 0, with the ρ of the update before
/// η~ = η P' √(B/B₀)/(A/A₀)     ε~ = ε/P                     A₀, B₀: the same with ρ = 1, 1 - β^(t+1) for constant betas
/// </code>
/// <para>
/// Measured on smooth networks over 1,200 updates with warm-up and cosine, η λ from 3e-5 to 3e-3: outputs are off by 1e-4 where η λ/(1 -
/// β₂) is 0.006 to 0.03, by 1e-3 at 0.3, 6e-3 at 1, and 3e-2 at 3, where it is worth little. <see cref="AdamConversion.MemoryError"/> is
/// that ratio. It orders errors and bounds none: at η λ = 0.01, β₂ = 0.95 it is 0.2, and directions were off by 2e-2. Exact:
/// <see cref="AdamNumbers"/> and <see cref="ScaledGradient"/>.
/// </para>
/// <para>Assumes a scale-invariant loss for every batch, and β₂ &lt; ρ². Derived here.</para>
/// </remarks>
public static class AdamRateOnly
{
    /// <summary>The approximation without decay.</summary>
    /// <param name="source">The numbers of AdamW, from update 0 on.</param>
    /// <exception cref="EquivalenceException">The table starts after update 0, η λ is 1 or more, or β₂ is not below ρ².</exception>
    public static AdamConversion Convert(AdamTable source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.FirstStep > 0)
            throw new EquivalenceException(
                "the rate alone is corrected from moments of 0, and this table starts at a checkpoint",
                "ask for the form adam",
                source.FirstStep);
        var steps = new AdamRow[source.Count];
        var states = new AdamStateMap[source.Count + 1];
        var scale = new StateMap();
        var (mean, squares, kept, error) = (0.0, 0.0, 1.0, 0.0);
        // What the mean and the squares hold after an update without decay: both runs correct their bias by the same betas.
        var (ownMean, ownSquares) = (0.0, 0.0);
        for (var i = 0; i < steps.Length; i++)
        {
            var now = source.Steps[i];
            if (!(now.Beta2 < kept * kept))
                throw new EquivalenceException(
                    $"β₂ = {now.Beta2:R} is not below ρ² = {kept * kept:R}: the mean of squares would remember for ever",
                    "ask for the form adam, or lower rate, decay or β₂",
                    i);
            mean = 1 - now.Beta1 + now.Beta1 / kept * mean;
            squares = 1 - now.Beta2 + now.Beta2 / (kept * kept) * squares;
            ownMean = 1 - now.Beta1 + now.Beta1 * ownMean;
            ownSquares = 1 - now.Beta2 + now.Beta2 * ownSquares;
            var gain = Math.Sqrt(squares / ownSquares) * (ownMean / mean);
            var lost = SignedLog.Exp(now.LogRate) * SignedLog.Of(now.WeightDecay);
            var next = scale.Grow(-DecoupledShrinkage.LogKept(i, lost, now.LogRate, now.WeightDecay), default, 0);
            var epsilon = now.Epsilon * Elementary.Exp(-scale.LogScale);
            steps[i] = new(now.LogRate + next.LogScale + Elementary.Log(gain), 0, now.Beta1, now.Beta2, epsilon);
            error = Math.Max(error, Math.Abs(lost.Value) / (1 - now.Beta2));
            // Of moments there is no exact map: those of weights P times as large are about 1/P as large.
            states[i + 1] = new(next.LogScale, next.LogScale, 2 * next.LogScale);
            (scale, kept) = (next, 1 - lost.Value);
        }
        return new(source, new AdamTable(steps), states) { MemoryError = error };
    }
}
