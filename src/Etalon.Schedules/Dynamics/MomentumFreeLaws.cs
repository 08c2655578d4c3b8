using Etalon.Numerics;

namespace Etalon.Schedules.Dynamics;

/// <summary>The exact laws of the norm without momentum, for one update with one batch: no approximation, any schedule.</summary>
/// <remarks>
/// <para>With a = 1 - η λ and s = |ĝ|² = |w|² |g|² of the batch,</para>
/// <code>
/// |w'|² = a² |w|² + η² s/|w|²
/// γ' = a⁴ γ + 2 a² s + s²/γ                       γ = |w|⁴/η², η constant
/// Φ' = B Φ/(1 + Φ² s)                             Φ = η/(a |w|²), B = η'/(η a a')
/// </code>
/// <para>
/// Φ is the length of the update on the sphere, over |ĝ|. It shrinks where Φ² s ≥ B - 1, and always where B ≤ 1. A measured run that breaks
/// the last law has something in its update that the schedule does not say: a clip, another decay, weights that are averaged, or a loss
/// that is not scale-invariant. <see cref="NormState"/> is the same for any momentum.
/// </para>
/// <para>Amin, Chang and Khanna 2026, Theorem 2.1; Li et al. 2022, <i>Robust training of neural networks using scale invariant
/// architectures</i>, equation 1.</para>
/// </remarks>
/// <example>
/// <code>
/// var before = MomentumFreeLaws.Phi(rate: 0.5, weightDecay: 0.01, norm: 2);
/// var squareOfNorm = MomentumFreeLaws.NextNormSquare(2 * 2, rate: 0.5, weightDecay: 0.01, gradientSquare: 3);
/// var after = MomentumFreeLaws.Phi(rate: 0.25, weightDecay: 0.01, Math.Sqrt(squareOfNorm)); // the rate is halved
/// var forcing = MomentumFreeLaws.LogForcing(rate: 0.5, weightDecay: 0.01, nextRate: 0.25, nextWeightDecay: 0.01);
/// Console.WriteLine(Math.Abs(MomentumFreeLaws.Residual(before, after, forcing, gradientSquare: 3)) &lt; 1e-15); // True
/// </code>
/// </example>
public static class MomentumFreeLaws
{
    /// <summary>The square of the norm after an update, a² |w|² + η² s/|w|².</summary>
    /// <param name="normSquare">|w|² before it.</param>
    /// <param name="rate">η.</param>
    /// <param name="weightDecay">λ.</param>
    /// <param name="gradientSquare">s = |w|² |g|².</param>
    public static double NextNormSquare(double normSquare, double rate, double weightDecay, double gradientSquare)
    {
        var kept = 1 - rate * weightDecay;
        return kept * kept * normSquare + rate * rate * gradientSquare / normSquare;
    }

    /// <summary>The norm state after an update, a⁴ γ + 2 a² s + s²/γ, where the next rate is the same.</summary>
    /// <param name="gamma">γ = |w|⁴/η² before it.</param>
    /// <param name="intrinsicRate">η λ.</param>
    /// <param name="gradientSquare">s = |w|² |g|².</param>
    public static double NextGamma(double gamma, double intrinsicRate, double gradientSquare)
    {
        var kept = (1 - intrinsicRate) * (1 - intrinsicRate);
        return kept * kept * gamma + 2 * kept * gradientSquare + gradientSquare * gradientSquare / gamma;
    }

    /// <summary>Φ = η/((1 - η λ)|w|²), the effective rate of an update on the sphere.</summary>
    /// <param name="rate">η.</param>
    /// <param name="weightDecay">λ.</param>
    /// <param name="norm">|w| before the update.</param>
    public static double Phi(double rate, double weightDecay, double norm) => rate / ((1 - rate * weightDecay) * norm * norm);

    /// <summary>
    /// ln B of the schedule, from one update to the next: B = η'/(η a a'), what the schedule does to Φ while gradients shrink it.
    /// </summary>
    /// <param name="rate">η.</param>
    /// <param name="weightDecay">λ.</param>
    /// <param name="nextRate">η' of the next update.</param>
    /// <param name="nextWeightDecay">λ' of the next update.</param>
    public static double LogForcing(double rate, double weightDecay, double nextRate, double nextWeightDecay) =>
        Elementary.Log(nextRate / rate) - Elementary.Log((1 - rate * weightDecay) * (1 - nextRate * nextWeightDecay));

    /// <summary>Φ of the next update, B Φ/(1 + Φ² s).</summary>
    /// <param name="phi">Φ of this one.</param>
    /// <param name="logForcing">ln B.</param>
    /// <param name="gradientSquare">s = |w|² |g|².</param>
    public static double NextPhi(double phi, double logForcing, double gradientSquare) =>
        Elementary.Exp(logForcing) * phi / (1 + phi * phi * gradientSquare);

    /// <summary>By how much a measured pair of updates breaks the law: Φ' (1 + Φ² s)/(B Φ) - 1. Rounding aside it is 0.</summary>
    /// <param name="phi">Φ measured at an update.</param>
    /// <param name="nextPhi">Φ' measured at the next one.</param>
    /// <param name="logForcing">ln B.</param>
    /// <param name="gradientSquare">s = |w|² |g|² measured at the first.</param>
    public static double Residual(double phi, double nextPhi, double logForcing, double gradientSquare) =>
        nextPhi / NextPhi(phi, logForcing, gradientSquare) - 1;
}
