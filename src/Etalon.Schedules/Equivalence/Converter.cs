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
        if (decay is not null && form == EquivalentForm.ScaledGradient) return ScaledGradient.Convert(source, decay);
        if (decay is not null && form != EquivalentForm.WeightDecay)
            throw Require.Refuse(nameof(decay), decay, $"the form {form} has none", "leave it out, or ask for the form WeightDecay");
        return Require.Named(form) switch
        {
            EquivalentForm.ScaledGradient => ScaledGradient.Convert(source),
            EquivalentForm.Adam or EquivalentForm.AdamConstantBetas or EquivalentForm.AdamRateOnly => throw NotAdam("sgd"),
            EquivalentForm.TexpPlusPlus => TexpPlusPlus.Convert(source),
            EquivalentForm.Texp => Texp.Convert(source),
            EquivalentForm.Exponential when HasNoMomentum(source) => MomentumFree.Convert(source),
            EquivalentForm.Exponential => ConstantRate.Convert(source),
            _ when decay is null => GrowthToDecay.Convert(source),
            _ => TargetDecay.Convert(source, decay),
        };
    }

    /// <summary>Converts a schedule for the scale-invariant group of an optimizer's run.</summary>
    /// <param name="source">The schedule; of Adam's rule the momentum is β₁.</param>
    /// <param name="optimizer">The optimizer, by its name.</param>
    /// <param name="form">The form wanted.</param>
    /// <param name="decay">
    /// The weight decay wanted of the forms <see cref="EquivalentForm.WeightDecay"/>, <see cref="EquivalentForm.ScaledGradient"/> and
    /// <see cref="EquivalentForm.Adam"/>; without it the last two have none.
    /// </param>
    /// <exception cref="EquivalenceException">There is no such equivalent; the message says at which step, why, and what to
    /// change.</exception>
    /// <exception cref="ArgumentException">A decay is given for another form, or the schedule is too long for a table.</exception>
    public static Conversion Convert(UpdateSchedule source, OptimizerRule optimizer, EquivalentForm form, Schedule? decay = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(optimizer);
        if (optimizer.Name == OptimizerRule.Sgd.Name) return Convert(source, form, decay);
        if (NoEquivalent.OfAnyForm(optimizer.Name) is { } refusal) throw refusal;
        return Require.Named(form) switch
        {
            EquivalentForm.ScaledGradient => ScaledGradient.Convert(UpdateTable.Of(source), decay).For(optimizer),
            EquivalentForm.Adam or EquivalentForm.AdamConstantBetas or EquivalentForm.AdamRateOnly => optimizer.IsAdam
                ? AdamForm.Convert(source, optimizer, form, decay)
                : throw NotAdam(optimizer.Name),
            _ => throw NoEquivalent.Of(optimizer.Name)
                ?? new($"the form {form} is one of sgd, and the optimizer is {optimizer.Name}", "ask for scaled-gradient"),
        };
    }

    private static EquivalenceException NotAdam(string optimizer) => new(
        $"this form is one of adamw, and the optimizer is {optimizer}",
        optimizer == "sgd" ? "ask for texp++" : "ask for scaled-gradient, which any decoupled decay has");

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

    /// <summary>
    /// Any optimizer with decoupled decay: the same without decay, gradients times P and the rate η P'; see
    /// <see cref="Equivalence.ScaledGradient"/>.
    /// </summary>
    ScaledGradient,

    /// <summary>AdamW as Adam with a rate, betas and an epsilon of each update: <see cref="AdamNumbers"/>.</summary>
    Adam,

    /// <summary>AdamW with constant numbers as Adam with other constant betas: <see cref="Equivalence.AdamConstantBetas"/>.</summary>
    AdamConstantBetas,

    /// <summary>AdamW nearly as Adam, by rate and epsilon alone: <see cref="Equivalence.AdamRateOnly"/>.</summary>
    AdamRateOnly,
}
