namespace Etalon.Schedules.Equivalence;

/// <summary>
/// The scaled-gradient form: any rule with decoupled decay is the same rule without decay, with gradients times P and the rate η P'.
/// </summary>
/// <remarks>
/// <para>
/// Let w' = ρ w - η U with ρ = 1 - η λ, where U is any function of the gradients so far (and of the other weights, the count of updates,
/// numbers drawn by the rule), but not of w. The equivalent run has w~ = P w, so its gradients are g~ = g/P. It multiplies them by P,
/// before any clip, and gets U itself:
/// </para>
/// <code>
/// P' = P/ρ      gradients times P      η~ = η P'      λ~ = 0
/// </code>
/// <para>
/// since P' (ρ w - η U) = w~ - η P' U. Nothing else changes: betas, epsilon, bias correction, look-ahead, clips and the optimizer's state
/// are the source's, so a run starts from any checkpoint without correction. With a target decay λ~, also decoupled, λ - λ~ P stands in the
/// place of λ:
/// </para>
/// <code>
/// P' = P/(ρ + η λ~ P)
/// </code>
/// <para>
/// Assumes a scale-invariant loss for every batch and η λ &lt; 1. Holds for AdamW, AMSGrad, NAdam, Lion, Signum, Muon and SGD with
/// decoupled decay. It does not hold for rules that read the weights (LAMB, LARS, AdamP, Adafactor that scales by the weights), for
/// cautious or masked decay, or for decay in the gradient. Derived here; decoupled decay: Loshchilov and Hutter 2019.
/// </para>
/// </remarks>
public static class ScaledGradient
{
    /// <summary>The scaled-gradient form of a schedule whose decay is decoupled, whatever its optimizer.</summary>
    /// <param name="source">The schedule; momentum and look-ahead are carried over as they are.</param>
    /// <param name="decay">λ~ of each step, decoupled; default: none.</param>
    /// <param name="logScale">ln P before the first update, where the weights were scaled already; default: 0.</param>
    /// <exception cref="EquivalenceException">The decay is in the gradient, or η λ is 1 or more at some step.</exception>
    public static Conversion Convert(UpdateTable source, Schedule? decay = null, double logScale = 0)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.Rule.Decay != DecayForm.Decoupled)
            throw new EquivalenceException(
                "the decay is in the gradient, where the optimizer's state takes it in",
                "choose decoupled decay (AdamW for Adam); SGD with decay in the gradient has texp++");
        var steps = new UpdateRow[source.Count];
        var states = new StateMap[source.Count + 1];
        states[0] = OfScale(StateMap.OfScale(logScale));
        for (var i = 0; i < steps.Length; i++)
        {
            var (step, numbers) = (source.FirstStep + i, source.Steps[i]);
            var wanted = decay?.ValueAt(step) ?? 0;
            var toReplace = SignedLog.Of(numbers.WeightDecay) - SignedLog.Of(wanted) * SignedLog.Exp(states[i].LogScale);
            var lost = SignedLog.Exp(numbers.LogRate) * toReplace;
            var logGrowth = -DecoupledShrinkage.LogKept(step, lost, numbers.LogRate, numbers.WeightDecay);
            states[i + 1] = OfScale(states[i].Grow(logGrowth, default, 0));
            steps[i] = numbers with { LogRate = numbers.LogRate + states[i + 1].LogScale, WeightDecay = wanted };
        }
        return new(EquivalentForm.ScaledGradient, "the scaled-gradient form: gradients times P, rate η P'", source,
            source.With(source.Rule, steps), states)
        { ScalesGradients = true };
    }

    // The buffer is the source's own: (r/P) v with r = P.
    private static StateMap OfScale(StateMap scale) => scale with { LogBuffer = scale.LogScale };
}
