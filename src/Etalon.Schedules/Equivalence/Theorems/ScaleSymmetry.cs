namespace Etalon.Schedules.Equivalence;

/// <summary>
/// Rate, decay and weights of a scale-invariant group have no unit of their own: (η, λ, w) and (c² η, λ/c², c w) are the same run.
/// </summary>
/// <remarks>
/// <para>
/// Scale invariance, L(c w) = L(w) for c &gt; 0, gives ⟨∇L(w), w⟩ = 0 and ∇L(c w) = ∇L(w)/c. So with weights c w, buffer v/c, rates c² η
/// and decays λ/c² every update is the old one times c, under each rule of <see cref="UpdateRule"/>, at any momentum and dampening. The
/// intrinsic rate η λ does not change.
/// </para>
/// <para>Li and Arora 2019, Lemma 1.3 and the equivalent scaling of section 2; Li, Lyu and Arora 2020, Lemma 2.4.</para>
/// </remarks>
public static class ScaleSymmetry
{
    /// <summary>The schedule for weights c times as large; they and the buffer are scaled before the first update.</summary>
    /// <param name="source">Any schedule.</param>
    /// <param name="logFactor">ln c.</param>
    /// <exception cref="EquivalenceException">A decay divided by c² leaves float64.</exception>
    public static Conversion Convert(UpdateTable source, double logFactor)
    {
        ArgumentNullException.ThrowIfNull(source);
        var scaling = ScaleMap.Equivalent(logFactor);
        var steps = source.Steps.ToArray();
        for (var i = 0; i < steps.Length; i++)
        {
            var decay = (SignedLog.Of(steps[i].WeightDecay) * SignedLog.Exp(-scaling.LogRate)).Value;
            if (!double.IsFinite(decay) || decay == 0 != (steps[i].WeightDecay == 0))
                throw new EquivalenceException(
                    $"a weight decay of {steps[i].WeightDecay:R} divided by c² with ln c = {logFactor:R} leaves float64",
                    "choose a c nearer to 1", source.FirstStep + i);
            steps[i] = steps[i] with { LogRate = steps[i].LogRate + scaling.LogRate, WeightDecay = decay };
        }
        var states = new StateMap[steps.Length + 1];
        Array.Fill(states, StateMap.OfScale(scaling.LogWeights));
        return new(EquivalentForm.WeightDecay, "scale symmetry (Li and Arora 2019, Lemma 1.3)", source, source.With(source.Rule, steps),
            states, new StateCorrection(source.FirstStep, states[0]));
    }
}
