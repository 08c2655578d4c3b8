namespace Etalon.Schedules.Equivalence;

/// <summary>
/// What a weight decay is multiplied by before it shrinks the weights: w ← ρ w. η is the rate of the step, η_peak the run's largest.
/// </summary>
public enum DecayConvention
{
    /// <summary>ρ = 1 - η λ: PyTorch's AdamW, Optax, Apex, Transformers.</summary>
    Torch,

    /// <summary>
    /// ρ = 1 - (η/η_peak) λ: Loshchilov and Hutter's paper, big_vision, TensorFlow Addons with a scheduled decay; "fully decoupled" in
    /// optimi and Composer, "independent" in Wortsman et al.
    /// </summary>
    Paper,

    /// <summary>
    /// ρ = 1 - λ at every step, whatever the rate: TensorFlow Addons without a schedule of the decay, Keras's legacy examples.
    /// </summary>
    Unscheduled,

    /// <summary>ρ = 1 - η² λ/η_peak: AdamC (Defazio 2025), for normalized layers.</summary>
    AdamC,
}

/// <summary>Rewrites weight decays from one convention to another: other numbers, the same shrinkage ρ at every step.</summary>
/// <remarks>
/// <para>
/// No theorem is needed and nothing else changes. A convention shrinks by λ η^p η_peak^q, with (p, q) = (1, 0) for
/// <see cref="DecayConvention.Torch"/>, (1, -1) for <see cref="DecayConvention.Paper"/>, (0, 0) for
/// <see cref="DecayConvention.Unscheduled"/>, (2, -1) for <see cref="DecayConvention.AdamC"/>, so
/// </para>
/// <code>λ_to = λ_from η^(p_from - p_to) η_peak^(q_from - q_to)</code>
/// <para>Conventions: Loshchilov and Hutter 2019; Defazio 2025.</para>
/// </remarks>
public static class DecayConversion
{
    /// <summary>The same run with its decays written in another convention.</summary>
    /// <param name="source">A schedule with decoupled decay, its decays in the convention <paramref name="from"/>.</param>
    /// <param name="from">The convention of the source.</param>
    /// <param name="to">The convention wanted.</param>
    /// <param name="peakRate">η_peak, more than 0; default: the largest rate of the table.</param>
    /// <exception cref="EquivalenceException">
    /// The decay is in the gradient; the rates are all 0 and no peak is given; or at a step of rate 0 the source shrinks the weights, which
    /// the wanted convention cannot say.
    /// </exception>
    public static UpdateTable Convert(UpdateTable source, DecayConvention from, DecayConvention to, double? peakRate = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.Rule.Decay != DecayForm.Decoupled)
            throw new EquivalenceException("the decay is in the gradient, where these conventions do not reach", "choose decoupled decay");
        var (rateFrom, peakFrom) = Powers(Require.Named(from));
        var (rateTo, peakTo) = Powers(Require.Named(to));
        var steps = source.Steps.ToArray();
        var logPeak = peakRate is { } given ? SignedLog.Of(Require.Positive(given, nameof(peakRate))).Log : LargestLogRate(steps);
        for (var i = 0; i < steps.Length; i++)
        {
            var now = steps[i];
            if (from == to || now.WeightDecay == 0) continue;
            // A shrinkage of 0 stays 0 at a rate of 0, as in a warm-up from 0.
            if (now.LogRate == double.NegativeInfinity && rateFrom > 0 && rateFrom != rateTo)
            {
                steps[i] = now with { WeightDecay = 0 };
                continue;
            }
            var factor = Power(now.LogRate, rateFrom - rateTo, source.FirstStep + i) * Power(logPeak, peakFrom - peakTo, null);
            steps[i] = now with { WeightDecay = (SignedLog.Of(now.WeightDecay) * factor).Value };
            if (!double.IsFinite(steps[i].WeightDecay)) throw NotSaid(source.FirstStep + i, "leaves float64");
        }
        return source.With(source.Rule, steps);
    }

    private static (int Rate, int Peak) Powers(DecayConvention convention) => convention switch
    {
        DecayConvention.Torch => (1, 0),
        DecayConvention.Paper => (1, -1),
        DecayConvention.AdamC => (2, -1),
        _ => (0, 0),
    };

    private static SignedLog Power(double log, int power, long? step) => power switch
    {
        0 => SignedLog.Exp(0),
        < 0 when log == double.NegativeInfinity => throw NotSaid(step, "would be infinite, since the rate is 0 and the weights shrink"),
        _ => SignedLog.Exp(power * log),
    };

    private static EquivalenceException NotSaid(long? step, string how) =>
        new($"the weight decay in the wanted convention {how}", "keep the convention Unscheduled, or let the rate be above 0 there", step);

    private static double LargestLogRate(UpdateRow[] steps)
    {
        var largest = double.NegativeInfinity;
        foreach (var numbers in steps) largest = Math.Max(largest, numbers.LogRate);
        return largest;
    }
}
