namespace Etalon.Schedules.Equivalence;

/// <summary>Chooses the theorem that brings a schedule to a form.</summary>
public static class Converter
{
    /// <summary>Converts a schedule for its scale-invariant group.</summary>
    /// <param name="source">The schedule.</param>
    /// <param name="form">The form wanted.</param>
    /// <param name="decay">The weight decay wanted of the form <see cref="EquivalentForm.WeightDecay"/>; without it the constant growth of
    /// the rate becomes a constant decay.</param>
    /// <exception cref="EquivalenceException">There is no such equivalent; the message says at which step, why, and what to
    /// change.</exception>
    /// <exception cref="ArgumentException">A decay is given for another form, or the schedule is too long for a table.</exception>
    public static Conversion Convert(UpdateSchedule source, EquivalentForm form, Schedule? decay = null) =>
        Convert(UpdateTable.Of(source), form, decay);

    /// <summary>The same for a schedule that is written out already, such as the target of another conversion.</summary>
    /// <exception cref="EquivalenceException">There is no such equivalent.</exception>
    /// <exception cref="ArgumentException">A decay is given for another form.</exception>
    public static Conversion Convert(UpdateTable source, EquivalentForm form, Schedule? decay = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (decay is not null && form != EquivalentForm.WeightDecay)
            throw Require.Refuse(nameof(decay), decay, $"the form {form} has none", "leave it out, or ask for the form WeightDecay");
        return Require.Named(form) switch
        {
            EquivalentForm.TexpPlusPlus => TexpPlusPlus.Convert(source),
            EquivalentForm.Texp => Texp.Convert(source),
            EquivalentForm.Exponential when HasNoMomentum(source) => MomentumFree.Convert(source),
            EquivalentForm.Exponential => ConstantRate.Convert(source),
            _ when decay is null => GrowthToDecay.Convert(source),
            _ => TargetDecay.Convert(source, decay),
        };
    }

    private static bool HasNoMomentum(UpdateTable source)
    {
        foreach (var numbers in source.Steps)
            if (numbers.Momentum > 0) return false;
        return true;
    }
}

/// <summary>The forms that a schedule can be converted to.</summary>
public enum EquivalentForm
{
    /// <summary>
    /// No decay, rates by the exact recurrence, no correction of the buffer: <see cref="Equivalence.TexpPlusPlus"/>. Any schedule.
    /// </summary>
    TexpPlusPlus,

    /// <summary>
    /// No decay, exactly exponential rates inside each phase, the buffer corrected where a phase starts: <see cref="Equivalence.Texp"/>.
    /// Step decay.
    /// </summary>
    Texp,

    /// <summary>No decay, one exponential rate: <see cref="ConstantRate"/>, or without momentum <see cref="MomentumFree"/>.</summary>
    Exponential,

    /// <summary>
    /// Weight decay of any chosen sequence: <see cref="TargetDecay"/>; without one, constant rate and decay from a constant growth.
    /// </summary>
    WeightDecay,
}
