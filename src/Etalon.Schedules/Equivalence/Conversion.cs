namespace Etalon.Schedules.Equivalence;

/// <summary>
/// A schedule and an equivalent of it, with all it takes to train the one in place of the other. Made by the theorems, or by
/// <see cref="Converter"/>, which chooses one.
/// </summary>
public sealed class Conversion
{
    private readonly StateMap[] _states;

    internal Conversion(EquivalentForm form, string theorem, UpdateTable source, UpdateTable target, StateMap[] states,
        params IReadOnlyList<StateCorrection> corrections)
    {
        (Form, Theorem, Source, Target, _states) = (form, theorem, source, target, states);
        // A correction that changes nothing is none: a schedule without decay needs none.
        Corrections = [.. corrections.Where(correction => correction.Map != default)];
    }

    /// <summary>The form converted to.</summary>
    public EquivalentForm Form { get; }

    /// <summary>The theorem that says the two are the same run, with its place in the literature.</summary>
    public string Theorem { get; }

    /// <summary>The schedule converted, step by step; its rule is the formula that its numbers enter.</summary>
    public UpdateTable Source { get; }

    /// <summary>
    /// The equivalent schedule, step by step: for the scale-invariant group alone, everything else keeps the source's numbers.
    /// </summary>
    public UpdateTable Target { get; }

    /// <summary>What must be done to weights or buffer of the equivalent run, and before which update. Empty where nothing must.</summary>
    public IReadOnlyList<StateCorrection> Corrections { get; }

    /// <summary>
    /// 0 where the two runs are the same but for rounding. Otherwise the converted run is exactly the source with rates that differ from
    /// its own by at most this much, in |Δ ln η|: the size of what corrections left out cost.
    /// </summary>
    public double RateError { get; internal init; }

    /// <summary>The optimizer that both runs use. Default: SGD.</summary>
    public OptimizerRule Optimizer { get; internal init; } = OptimizerRule.Sgd;

    /// <summary>Adam's numbers of the two runs, with betas and epsilon; null where the form sets none.</summary>
    public AdamConversion? Adam { get; internal init; }

    /// <summary>
    /// Whether the equivalent run multiplies the gradients of the group by P before anything uses them (<see cref="ScaledGradient"/>).
    /// </summary>
    public bool ScalesGradients { get; internal init; }

    /// <summary>
    /// d, where <c>(w, η, λ) → (c w, c^d η, λ/c^d)</c> changes no function of the equivalent run: 2 for SGD, whose steps grow as its
    /// gradients do; 1 where they do not, in Adam's forms and with scaled gradients.
    /// </summary>
    public int RateDegree => ScalesGradients || Adam is not null ? 1 : 2;

    /// <summary>The update rule of the schedule converted, as a formula.</summary>
    public string SourceRule => Optimizer.Formula(Source.Rule);

    /// <summary>The update rule of the equivalent, as a formula.</summary>
    public string TargetRule => Optimizer.Formula(Target.Rule) + (ScalesGradients ? "  (g times P)" : "");

    /// <summary>The same for another optimizer.</summary>
    internal Conversion For(OptimizerRule optimizer) =>
        new(Form, Theorem, Source, Target, _states, Corrections) { ScalesGradients = ScalesGradients, Optimizer = optimizer };

    /// <summary>The rates of the target as a schedule in closed form; null where there is none but the table.</summary>
    internal Schedule? RatePieces { get; init; }

    /// <summary>The equivalent schedule: of exponential pieces where the theorem says so, otherwise of tables.</summary>
    /// <remarks>What must be done to the state is not part of it: see <see cref="Corrections"/>.</remarks>
    /// <exception cref="EquivalenceException">As for <see cref="UpdateTable.ToSchedule()"/> of the <see cref="Target"/>.</exception>
    public UpdateSchedule ToSchedule() => Target.ToSchedule(RatePieces);

    /// <summary>Growth, largest rate, and where number formats end.</summary>
    // Made when it is asked for: what kind of conversion this is, is known by then.
    public ConversionRange Range => field ??= new(this);

    /// <summary>What must hold for the two runs to be the same, one sentence each.</summary>
    public IReadOnlyList<string> Assumptions => Equivalence.Assumptions.Of(this);

    /// <summary>
    /// How the source's state gives the equivalent run's, as update <paramref name="step"/> finds them; T for after the last one.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The step is not one from the first described to T.</exception>
    public StateMap StateAt(long step) => step >= Source.FirstStep && step <= Source.End
        ? _states[step - Source.FirstStep]
        : throw new ArgumentOutOfRangeException(nameof(step), step,
        $"The conversion describes updates {Source.FirstStep} to {Source.End - 1} and the state after them; ask for one of these.");

    /// <summary>ln P before update <paramref name="step"/>: the equivalent run's weights are P times the source's.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The step is not one from the first described to T.</exception>
    public double LogScaleAt(long step) => StateAt(step).LogScale;
}

/// <summary>
/// What is done once to the stored state of an equivalent run just before update <paramref name="Step"/>: <c>v ← BufferFactor (v - Share
/// w)</c>, then <c>w ← WeightFactor w</c>.
/// </summary>
/// <param name="Step">The 0-based update.</param>
/// <param name="WeightFactor">A power of two, except where a form changes the scale.</param>
/// <param name="BufferFactor">What the buffer is multiplied by.</param>
/// <param name="Share">The share of the weights, as they were stored before, that leaves the buffer.</param>
internal readonly record struct StateChange(long Step, double WeightFactor, double BufferFactor, double Share);

/// <summary>What to do once to weights and buffer of the equivalent run, just before update <paramref name="Step"/>.</summary>
/// <param name="Step">The 0-based update.</param>
/// <param name="Map">The change, in the equivalent run's own units; mostly <c>v ← v - k w</c> alone.</param>
public readonly record struct StateCorrection(long Step, StateMap Map)
{
    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(StateCorrection), PrintMembers);
}
