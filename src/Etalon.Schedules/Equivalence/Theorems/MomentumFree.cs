using Etalon.Numerics;

namespace Etalon.Schedules.Equivalence;

/// <summary>Without momentum: weight decay is an exponential rate, η~_t = η (1 - η λ)^(-2t-1).</summary>
/// <remarks>
/// <para>
/// Each update with decay is written by Lemma B of <see cref="ScaleMap"/> as one without it between changes of the rate, its equivalent
/// scaling is pushed past all later updates by Lemma A, and neighboring changes of the rate merge. So the first rate carries one factor 1/ρ
/// and each later one two. No momentum, no buffer, nothing to correct; dampening has no say. Rate and decay may change every step: with ρ_t
/// = 1 - η_t λ_t the scale is P_{t+1} = P_t/ρ_t and η~_t = η_t P_t P_{t+1}.
/// </para>
/// <para>Assumes a scale-invariant loss for every batch and η λ &lt; 1. Li and Arora 2019, Theorem 2.1.</para>
/// </remarks>
public static class MomentumFree
{
    /// <summary>The equivalent without decay.</summary>
    /// <exception cref="EquivalenceException">There is momentum, or η λ is 1 or more at some step.</exception>
    public static Conversion Convert(UpdateTable source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var steps = new UpdateRow[source.Count];
        var states = new StateMap[source.Count + 1];
        for (var i = 0; i < steps.Length; i++)
        {
            var now = source.Steps[i];
            var logKept = LogKept(now, source.FirstStep + i);
            // Of the changes of the rate, one 1/ρ before and one after each update, those so far have merged to P_t P_{t+1}. A buffer from
            // before the table rests.
            states[i + 1] =
                states[i].Grow(-logKept, default, source.HasBufferBefore(source.FirstStep + i) ? states[i].LogBuffer - logKept : 0);
            steps[i] = new(now.LogRate + states[i].LogScale + states[i + 1].LogScale, 0, 0, 0);
        }
        return new(EquivalentForm.Exponential, "momentum-free theorem (Li and Arora 2019, Theorem 2.1)", source,
            source.With(new UpdateRule(), steps), states);
    }

    private static double LogKept(UpdateRow now, long step)
    {
        if (now.Momentum > 0)
            throw new EquivalenceException($"the momentum is {now.Momentum:R}, and this theorem holds without",
                "ask for texp++, or for texp where rate and decay change in steps", step);
        return now.IntrinsicRate < 1
            ? Elementary.Log1P(-now.IntrinsicRate)
            : throw new EquivalenceException($"η λ = {now.IntrinsicRate:R} leaves nothing of the weights, and must be less than 1",
            "lower the rate or the decay", step);
    }
}
