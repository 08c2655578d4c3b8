namespace Etalon.Schedules.Equivalence;

/// <summary>
/// TEXP, the tapered exponential: step decay of the rate becomes exponential growth inside each phase and a drop where the next one starts.
/// </summary>
/// <remarks>
/// <para>
/// A phase is a longest run of steps with the same rate, decay and momentum. With z the larger root of <see cref="ConstantRate"/> for its
/// numbers, the rate grows by z^(-2) a step inside phase I, and at its first step by (η_I/η_{I-1}) z_I^(-1) z_{I-1}^(-1); the very first
/// rate is η_0/z_0.
/// </para>
/// <para>
/// It is exact with the buffer corrected just before the first update and before the first of each later phase: v~ ← v~ - (k_I - k_{I-1})
/// w~/P², with k = (1 - z)/(z η). Left out, the runs differ by what <see cref="Conversion.RateError"/> says.
/// </para>
/// <para>
/// Assumes a scale-invariant loss for every batch, coupled decay, heavy-ball momentum, no dampening, and η λ ≤ (1 - √μ)² in each phase.
/// Li and Arora 2019, Definitions 2.10 and 2.11, Theorem 2.12.
/// </para>
/// </remarks>
public static class Texp
{
    /// <summary>With more phases than a person would read, a table says it better.</summary>
    private const int MostPieces = 100;

    /// <summary>The equivalent without decay.</summary>
    /// <param name="source">A schedule; of each step a phase of its own where it changes at every step, which is legal, but what TEXP++ is
    /// for.</param>
    /// <param name="corrections">Which corrections the run will make.</param>
    /// <exception cref="EquivalenceException">The rule is not the theorem's, or η λ exceeds (1 - √μ)² in some phase.</exception>
    public static Conversion Convert(UpdateTable source, TexpCorrections corrections = TexpCorrections.All)
    {
        ArgumentNullException.ThrowIfNull(source);
        RateOnly.Demand(source.Rule);
        var steps = new UpdateRow[source.Count];
        var states = new StateMap[source.Count + 1];
        var all = new List<StateCorrection>();
        var pieces = new List<Schedule>();
        for (int begin = 0, end; begin < steps.Length; begin = end)
        {
            end = EndOfPhase(source, begin);
            var numbers = source.Steps[begin];
            var logGrowth = -ConstantRate.LogRootAt(source.FirstStep + begin, numbers.IntrinsicRate, numbers.Momentum, GrowthRoot.Larger);
            var scale = states[begin].LogScale;
            // A buffer that rests holds no share of the weights, and what it is worth against them shrinks while they grow; see
            // RestingBuffer.
            var isResting = numbers.Momentum == 0;
            var logBuffer = isResting ? states[begin].LogBuffer : 0;
            var logBufferGrowth = isResting && source.HasBufferBefore(source.FirstStep + begin) ? logGrowth : 0;
            if (logBufferGrowth != 0 && corrections != TexpCorrections.All)
                throw new EquivalenceException("the momentum is 0 for a while, which no run without corrections of the buffer follows",
                    "make all corrections, or keep some momentum", source.FirstStep + begin);
            var entered = new StateMap(scale, isResting ? default : ConstantRate.BufferShare(numbers), logBuffer);
            all.Add(new(source.FirstStep + begin, states[begin].Inverse().Then(entered)));
            // From the start of the phase each time, not from the step before: rounding must not add up.
            for (var i = begin; i < end; i++)
            {
                steps[i] = new(numbers.LogRate + 2 * scale + (2 * (i - begin) + 1L) * logGrowth, 0, numbers.Momentum, 0);
                states[i] =
                    entered with { LogScale = scale + (i - begin) * logGrowth, LogBuffer = logBuffer + (i - begin) * logBufferGrowth };
            }
            pieces.Add(SimplestSchedule.OfGrowth(steps[begin].LogRate, 2 * logGrowth, end - begin));
            states[end] =
                entered with { LogScale = scale + (end - begin) * logGrowth, LogBuffer = logBuffer + (end - begin) * logBufferGrowth };
        }
        var made = corrections switch { TexpCorrections.All => all, TexpCorrections.StartOnly => [.. all.Take(1)], _ => [] };
        var target = source.With(source.Rule, steps);
        return new(EquivalentForm.Texp, "TEXP (Li and Arora 2019, Theorem 2.12)", source, target, states, made)
        {
            RatePieces = pieces.Count is > 0 and <= MostPieces ? new Sequence(pieces) : null,
            RateError = corrections == TexpCorrections.All ? 0 : LargestRateError(source, target, made.Count > 0 ? states[0] : default),
        };
    }

    /// <summary>
    /// Any run without decay is exactly some run with the source's decays (<see cref="TargetDecay"/>), corrections or not. How far its
    /// rates are from the source's is therefore an exact measure of what was left out.
    /// </summary>
    private static double LargestRateError(UpdateTable source, UpdateTable target, StateMap start)
    {
        var actual =
            Recurrence.Convert(target, step => source[step].WeightDecay, start.Inverse(), EquivalentForm.WeightDecay, source.Rule).Target;
        var largest = 0.0;
        for (var i = 0; i < source.Count; i++)
            if (source.Steps[i].LogRate > double.NegativeInfinity)
                largest = Math.Max(largest, Math.Abs(actual.Steps[i].LogRate - source.Steps[i].LogRate));
        return largest;
    }

    internal static int EndOfPhase(UpdateTable source, int begin)
    {
        var end = begin + 1;
        while (end < source.Count && source.Steps[end] == source.Steps[begin]) end++;
        return end;
    }
}

/// <summary>Which corrections of the buffer a TEXP run makes.</summary>
public enum TexpCorrections
{
    /// <summary>At the start and where each phase starts: exact.</summary>
    All,

    /// <summary>At the start alone: off by about (η λ)² where a phase starts.</summary>
    StartOnly,

    /// <summary>None: off by about η λ/(1 - μ)² at the start.</summary>
    None,
}
