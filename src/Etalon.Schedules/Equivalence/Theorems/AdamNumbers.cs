using Etalon.Numerics;

namespace Etalon.Schedules.Equivalence;

/// <summary>AdamW is Adam without decay with a rate, betas and an epsilon of each update, exactly and with nothing to correct.</summary>
/// <remarks>
/// <para>
/// With w~ = P w, m~ = m/z, u~ = u/y and a = z'/P, b = y'/P², where ' is after the update, from P = a = b = ρ = 1 before the first:
/// </para>
/// <code>
/// a ← 1 - β₁ + β₁ ρ a      b ← 1 - β₂ + β₂ ρ² b            with the ρ of the update before
/// β₁~ = 1 - (1 - β₁)/a     β₂~ = 1 - (1 - β₂)/b
/// c = 1 - β^(t+1)          c~ = 1 - β~^(t+1)               bias corrections, of β₁ and of β₂
/// K = (a/√b) (√c₂/c₁) (c₁~/√c₂~)
/// ρ = 1 - η (λ - λ~ K P)   P' = P/ρ
/// η~ = η P' K              ε~ = ε √(c₂/c₂~)/(P √b)         decay λ~
/// </code>
/// <para>
/// The rate grows by one factor 1/ρ an update (SGD's by two), and ε falls as 1/P. At the start the states are the same, so a run starts
/// from zero moments or from any checkpoint, whose counter it keeps. All numbers of the source may change at every update, and λ~ too. A
/// different ε~ belongs to each place where ε may stand (<see cref="AdamDenominator"/>): inside the root ε (c₂/c₂~)/(P² b), before the
/// correction ε/(P √b).
/// </para>
/// <para>
/// Assumes a scale-invariant loss for every batch, ρ &gt; 0, and PyTorch's bias correction by the betas of the update. AMSGrad's largest
/// squares would have to be multiplied at every update: use <see cref="ScaledGradient"/> there. Derived here by matching the coefficients
/// of m, u and g; decoupled decay: Loshchilov and Hutter 2019.
/// </para>
/// </remarks>
public static class AdamNumbers
{
    /// <summary>The equivalent with the decays of a schedule, or without decay.</summary>
    /// <param name="source">The numbers of AdamW.</param>
    /// <param name="decay">λ~ of each step, decoupled; default: none.</param>
    /// <param name="denominator">Where ε stands; default: as in PyTorch.</param>
    /// <exception cref="EquivalenceException">ρ is not positive at some step, or ε~ leaves float64.</exception>
    public static AdamConversion Convert(
        AdamTable source, Schedule? decay = null, AdamDenominator denominator = AdamDenominator.OutsideRoot)
    {
        ArgumentNullException.ThrowIfNull(source);
        Require.Named(denominator);
        var steps = new AdamRow[source.Count];
        var states = new AdamStateMap[source.Count + 1];
        var scale = new StateMap();
        var (a, b, kept) = (1.0, 1.0, 1.0);
        for (var i = 0; i < steps.Length; i++)
        {
            var (step, now) = (source.FirstStep + i, source.Steps[i]);
            a = 1 - now.Beta1 + now.Beta1 * kept * a;
            b = 1 - now.Beta2 + now.Beta2 * kept * kept * b;
            var (lost1, lost2) = ((1 - now.Beta1) / a, (1 - now.Beta2) / b);
            var corrections = AdamBias.Of(step, 1 - now.Beta1, 1 - now.Beta2);
            var targets = AdamBias.Of(step, lost1, lost2);
            var gain = a / Math.Sqrt(b) * (corrections.Root2 / corrections.First) * (targets.First / targets.Root2);

            var wanted = decay?.ValueAt(step) ?? 0;
            var toReplace = SignedLog.Of(now.WeightDecay) - SignedLog.Of(wanted * gain) * SignedLog.Exp(scale.LogScale);
            var lost = SignedLog.Exp(now.LogRate) * toReplace;
            var next = scale.Grow(-DecoupledShrinkage.LogKept(step, lost, now.LogRate, now.WeightDecay), default, 0);

            var epsilon = Epsilon(step, now.Epsilon, denominator, corrections.Root2 / targets.Root2, Math.Sqrt(b), scale.LogScale);
            steps[i] = new(now.LogRate + next.LogScale + Elementary.Log(gain), wanted, 1 - lost1, 1 - lost2, epsilon);
            states[i + 1] = new(next.LogScale, scale.LogScale + Elementary.Log(a), 2 * scale.LogScale + Elementary.Log(b));
            (scale, kept) = (next, 1 - lost.Value);
        }
        return new(source, new AdamTable(steps, source.FirstStep), states);
    }

    private static double Epsilon(
        long step, double epsilon, AdamDenominator denominator, double correction, double rootOfSquares, double logScale)
    {
        var linear = Elementary.Exp(-logScale) / rootOfSquares;
        var converted = epsilon * denominator switch
        {
            AdamDenominator.InsideRoot => correction * linear * (correction * linear),
            AdamDenominator.BeforeCorrection => linear,
            _ => correction * linear,
        };
        return converted is 0 or double.PositiveInfinity && epsilon > 0
            ? throw new EquivalenceException(
                $"ε~ = {epsilon:R} exp({-logScale:R}) leaves float64",
                "convert a part of the run, or use the scaled-gradient form, whose epsilon stays",
                step)
            : converted;
    }
}

/// <summary>The bias corrections of one update from what its means lose, 1 - β: 1 - β₁^(t+1), and the root of 1 - β₂^(t+1).</summary>
internal readonly record struct AdamBias(double First, double Root2)
{
    // By log1p and expm1: 1 - β^(t+1) as written loses digits at small t.
    public static AdamBias Of(long step, double lost1, double lost2) => new(Correction(step, lost1), Math.Sqrt(Correction(step, lost2)));

    private static double Correction(long step, double lost) => lost == 1 ? 1 : -Elementary.ExpM1((step + 1) * Elementary.Log1P(-lost));
}
