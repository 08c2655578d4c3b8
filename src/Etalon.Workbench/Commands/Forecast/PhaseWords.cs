using Etalon.Lab.Forecasts;
using Etalon.Numerics;
using Etalon.Schedules.Dynamics;

namespace Etalon.Workbench.Commands;

/// <summary>
/// A phase in words: how far it gets, what its beginning does to the effective rate, and how long it would take to settle.
/// </summary>
internal static class PhaseWords
{
    /// <summary>Relative, in the norm state: 1.2 percent of the norm.</summary>
    private const double Tolerance = 0.05;

    /// <summary>How far from its equilibrium an effective rate may be and still be said to follow it.</summary>
    private const double Near = 1.25;

    /// <summary>What is no change worth a word, such as from the last step of a warm-up to its peak.</summary>
    private const double Slight = 0.02;

    /// <summary>From how many mixing units on a phase has forgotten its start, and from how many its norm has settled.</summary>
    private const double Forgotten = 3, Settled = 0.75;

    public static string Of(Forecast forecast, int index)
    {
        var phase = forecast.Phases[index];
        if (phase.MixingUnits == 0)
            return "Nothing settles here: without rate or weight decay there is no equilibrium"
                + (phase.Last.Numbers.Rate > 0 ? ", the norm only grows and the effective rate falls." : ".");
        if (phase.First.Oscillates || phase.Last.Oscillates)
            return $"Rate times weight decay is above {phase.Last.LargestIntrinsicRate:G3}, where the norm oscillates and no forecast "
                + $"holds: lower the rate, the weight decay or the momentum.";
        return string.Join(' ',
            new[] { Change(forecast, index), phase.IsConstant ? Length(phase) : Movement(forecast, phase), State(forecast, phase) }.Where(
                sentence => sentence.Length > 0).Select(sentence => char.ToUpperInvariant(sentence[0]) + sentence[1..]));
    }

    private static string Change(Forecast forecast, int index)
    {
        if (index == 0) return "";
        var (before, after) = (forecast.Phases[index - 1].Last, forecast.Phases[index].First);
        double ratio = Elementary.Exp(after.LogTotalRate - before.LogTotalRate);
        if (!before.HasEquilibrium || before.Oscillates || !forecast.Phases[index].IsConstant || (before.Numbers == after.Numbers))
            return "";
        var change = new Transition(before, after);
        if (Math.Abs(ratio - 1) < Slight && Math.Abs(change.EffectiveRateLater - 1) < Slight) return "";
        string atOnce =
            Math.Abs(ratio - 1) < 1e-9 ? "the effective rate stays at once" : $"the effective rate is multiplied by {ratio:G3} at once";
        string later = Math.Abs(change.EffectiveRateLater - 1) < 1e-9 ? "back to what it was"
            : change.EffectiveRateLater > ratio
            ? $"climbs back to {change.EffectiveRateLater:G3} of what equilibrium was before"
            : $"falls to {change.EffectiveRateLater:G3} of what equilibrium was before";
        double steps = change.StepsTo(Tolerance);
        return $"{atOnce}, and then {later}, within 5 % after {Steps(steps, forecast)}.";
    }

    private static string Length(Phase phase) => phase switch
    {
        { MixingUnits: >= Forgotten } => "long enough to forget how it began: rate and decay matter by their product alone.",
        { MixingUnits: >= Settled } =>
            "long enough for the norm to settle, not to forget all of how it began: what the network computes takes about 3 mixing units.",
        _ => "too short to settle: it lives on the effective rate that it began with, and going on for longer would change what it does.",
    };

    private static string Movement(Forecast forecast, Phase phase)
    {
        long followed = phase.End - 1;
        while (followed >= phase.Begin && !(forecast.Whole.OverEquilibrium(followed) is > 1 / Near and < Near)) followed--;
        if (followed < phase.Begin) return "the numbers move faster than the norm can follow: its start still decides.";
        return followed == phase.End - 1
            ? "at the end the norm has caught up with the numbers, which have moved all the time."
            : $"the norm follows the numbers until update {followed}; from there on they move faster than it can, and the effective rate "
                + $"moves with the rate.";
    }

    private static string State(Forecast forecast, Phase phase)
    {
        long last = phase.End - 1;
        var curve = forecast.Whole.Curve;
        if (curve.EquilibriumAt(last) is not { } equilibrium) return "";
        double ratio = forecast.Whole.OverEquilibrium(last);
        string state = $"at its end the effective rate is {ratio:G2} of its equilibrium";
        if (Math.Abs(1 / (ratio * ratio) - 1) <= Tolerance) return state + ".";
        double left = new Relaxation(phase.Last, equilibrium.GradientSquare, curve.NormAt(last)).StepsTo(Tolerance);
        return phase.IsConstant ? $"{state}; {Steps(left, forecast)} more would bring it within 5 % of the norm state." : state + ".";
    }

    private static string Steps(double steps, Forecast forecast) =>
        $"{Math.Ceiling(steps):0} updates"
        + (forecast.Recipe.Epochs is null ? "" : $" ({steps / forecast.Recipe.StepsPerEpoch:0.#} epochs)");
}
