using Etalon.Numerics;

namespace Etalon.Schedules.Equivalence;

/// <summary>
/// A conversion step by step: the recurrence of the rule at each update, and around a momentum of 0 that of a buffer at rest.
/// </summary>
internal static class Recurrence
{
    /// <summary>The equivalent of a whole table.</summary>
    /// <param name="source">Any schedule.</param>
    /// <param name="decay">The weight decay λ~ wanted at each step.</param>
    /// <param name="start">How the equivalent run's state follows from the source's before the first update.</param>
    /// <param name="form">What the conversion is called.</param>
    /// <param name="targetRule">The rule that the equivalent is updated by.</param>
    /// <exception cref="EquivalenceException">A factor that must be positive is not at some step.</exception>
    public static Conversion Convert(UpdateTable source, Func<long, double> decay, StateMap start, EquivalentForm form,
        UpdateRule targetRule)
    {
        var (advance, theorem) = Of(source.Rule);
        var steps = new UpdateRow[source.Count];
        var states = new StateMap[source.Count + 1];
        states[0] = start;
        var rest = new RestingBuffer();
        for (var i = 0; i < steps.Length; i++)
        {
            var step = source.FirstStep + i;
            var input = new StepInput(step, source.Steps[i], source.GradientShare(step), decay(step));
            var hasBuffer = source.HasBufferBefore(step);
            states[i] = input.Source.Momentum == 0 ? rest.Begin(step, states[i], hasBuffer) : rest.End(step, states[i]);
            (steps[i], states[i + 1]) =
                input.Source.Momentum == 0 ? RestingBuffer.Advance(states[i], input, hasBuffer) : advance(states[i], input);
        }
        return new(form, theorem, source, source.With(targetRule, steps), states, rest.Corrections);
    }

    private static (Func<StateMap, StepInput, StepOutput>, string) Of(UpdateRule rule) => rule switch
    {
        { Decay: DecayForm.Decoupled } =>
            (DecoupledDecay.Advance, "decoupled decay with rescaled momentum (after Li and Arora 2019, Theorem 2.13)"),
        { Nesterov: true } =>
            (NesterovMomentum.Advance, "Nesterov with its own momentum and look-ahead (after Li and Arora 2019, Theorem 2.13)"),
        _ => (HeavyBallMomentum.Advance, "TEXP++ (Li and Arora 2019, Theorem 2.13)"),
    };
}

/// <summary>What one step of a recurrence is given.</summary>
/// <param name="Step">The 0-based update, for messages.</param>
/// <param name="Source">The source's numbers.</param>
/// <param name="GradientShare">The share s = 1 - τ of the gradient that enters the buffer, the same in both runs; see
/// <see cref="UpdateTable.GradientShare"/>.</param>
/// <param name="TargetDecay">The weight decay λ~ wanted of the equivalent run; 0 for none.</param>
public readonly record struct StepInput(long Step, UpdateRow Source, double GradientShare, double TargetDecay)
{
    /// <summary>δ = λ - λ~ P²: the decay that must turn into growth. See <see cref="Equivalence.TargetDecay"/>.</summary>
    internal SignedLog DecayToReplace(double logScale) =>
        TargetDecay == 0
            ? SignedLog.Of(Source.WeightDecay) : SignedLog.Of(Source.WeightDecay) - SignedLog.Of(TargetDecay) * SignedLog.Exp(2 * logScale);

    /// <summary>ln(1 - x), where 1 - x is a factor that must stay positive: scale invariance knows no change of sign.</summary>
    internal double LogPositive(double x, string factor) => x < 1
        ? Elementary.Log1P(-x)
        : throw new EquivalenceException(
            $"{factor} = {1 - x:R} is not positive, with η = {Source.Rate:G12}, λ = {Source.WeightDecay:R}, μ = {Source.Momentum:R}: the "
            + $"weights would have to change sign",
            $"lower rate, decay or momentum before this step (η λ ≤ (1 - √μ)²{Limit} is safe for ever while the three are constant), or "
            + $"keep some decay in the equivalent recipe",
            Step);

    private string Limit => Source.Momentum < 1 ? $" = {ConstantRate.LargestIntrinsicRate(Source.Momentum):G6}" : "";

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(StepInput), PrintMembers);
}

/// <summary>What one step of a recurrence gives.</summary>
/// <param name="Target">The numbers with which the equivalent run makes the update.</param>
/// <param name="State">How its state follows from the source's after the update.</param>
public readonly record struct StepOutput(UpdateRow Target, StateMap State);
