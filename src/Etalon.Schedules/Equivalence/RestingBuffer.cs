namespace Etalon.Schedules.Equivalence;

/// <summary>
/// Updates without momentum in a schedule that has momentum at others: PyTorch's SGD neither reads nor changes the buffer then, w' = w - η
/// (g + λ w), and goes on with the old buffer when momentum comes back.
/// </summary>
/// <remarks>
/// <para>
/// The scale grows by 1/(1 - η λ) at such an update whatever the rule, η~ = η P P'. A buffer that stands still cannot lose a share k of
/// weights that move. So the share is put back before the first such update, v~ ← v~ + (r k/P²) w~, and since v~ = (r/P) v stays where it
/// is while P grows, r grows with P; before momentum comes back the buffer is multiplied by what brings r back. These two corrections are
/// all that a rest costs; before the first update with momentum there is no buffer and nothing to correct.
/// </para>
/// <para>Derived as TEXP++ is, by matching the coefficients of w, v and g.</para>
/// </remarks>
internal sealed class RestingBuffer
{
    private readonly List<StateCorrection> _corrections = [];
    private double? _logBuffer;

    /// <summary>What has to be done to the buffer so far.</summary>
    public IReadOnlyList<StateCorrection> Corrections => _corrections;

    /// <summary>The state as an update without momentum needs it: no share of the weights in the buffer.</summary>
    public StateMap Begin(long step, StateMap state, bool hasBuffer)
    {
        if (hasBuffer) _logBuffer ??= state.LogBuffer;
        if (state.Share.Sign == 0) return state;
        var share = -(state.Share * SignedLog.Exp(state.LogBuffer - 2 * state.LogScale));
        _corrections.Add(new(step, new StateMap(0, share, 0)));
        return state with { Share = default };
    }

    /// <summary>The state as the first update with momentum needs it: the buffer as large as before its rest.</summary>
    public StateMap End(long step, StateMap state)
    {
        if (_logBuffer is not { } logBuffer) return state;
        _logBuffer = null;
        _corrections.Add(new(step, new StateMap(0, default, logBuffer - state.LogBuffer)));
        return state with { LogBuffer = logBuffer };
    }

    /// <summary>One update without momentum.</summary>
    /// <exception cref="EquivalenceException">1 - η λ is not positive.</exception>
    public static StepOutput Advance(StateMap state, StepInput input, bool hasBuffer)
    {
        var numbers = input.Source;
        var logKept = input.LogPositive((SignedLog.Exp(numbers.LogRate) * input.DecayToReplace(state.LogScale)).Value, "1 - η λ");
        var next = state.Grow(-logKept, default, hasBuffer ? state.LogBuffer - logKept : state.LogBuffer);
        return new(new UpdateRow(numbers.LogRate + state.LogScale + next.LogScale, input.TargetDecay, 0, 0), next);
    }
}
