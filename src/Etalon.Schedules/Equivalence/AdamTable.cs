using Etalon.Numerics;

namespace Etalon.Schedules.Equivalence;

/// <summary>The numbers of one update of Adam or AdamW.</summary>
/// <param name="LogRate">ln η; negative infinity for a rate of 0.</param>
/// <param name="WeightDecay">λ, decoupled: <c>w ← (1 - η λ) w</c>. It may be negative.</param>
/// <param name="Beta1">β₁, from 0 to below 1: what the mean of gradients keeps.</param>
/// <param name="Beta2">β₂, from 0 to below 1: what the mean of squares keeps.</param>
/// <param name="Epsilon">ε, at least 0: what is added to the root of the mean of squares.</param>
public readonly record struct AdamRow(double LogRate, double WeightDecay, double Beta1, double Beta2, double Epsilon)
{
    /// <summary>η; infinite where float64 cannot hold it.</summary>
    public double Rate => Elementary.Exp(LogRate);

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(AdamRow), PrintMembers);
}

/// <summary>
/// A schedule of Adam's numbers written out update by update, in the order and with the formulas of <c>torch.optim.AdamW</c>.
/// </summary>
/// <remarks>
/// <code>
/// w ← (1 - η λ) w      m ← β₁ m + (1 - β₁) g      u ← β₂ u + (1 - β₂) g²
/// w ← w - (η/(1 - β₁^(t+1))) m/(√u/√(1 - β₂^(t+1)) + ε)
/// </code>
/// <para>Update t counts from 0. The bias correction has the betas of its own update, as in PyTorch, not the product of all.</para>
/// </remarks>
public sealed class AdamTable
{
    private readonly AdamRow[] _steps;

    /// <summary>A table of given numbers.</summary>
    /// <param name="steps">The numbers of each update.</param>
    /// <param name="firstStep">The first update described: more than 0 where a run goes on from a checkpoint, whose counter it is.</param>
    /// <exception cref="ArgumentException">A number is out of its range.</exception>
    public AdamTable(IEnumerable<AdamRow> steps, long firstStep = 0)
    {
        ArgumentNullException.ThrowIfNull(steps);
        (_steps, FirstStep) = ([.. steps], Require.Length(firstStep));
        for (var i = 0; i < _steps.Length; i++)
        {
            var (logRate, decay, beta1, beta2, epsilon) = _steps[i];
            var areBetasRight = beta1 is >= 0 and < 1 && beta2 is >= 0 and < 1;
            var isEpsilonRight = epsilon is >= 0 and < double.PositiveInfinity;
            if (!(logRate < double.PositiveInfinity && double.IsFinite(decay) && areBetasRight && isEpsilonRight))
                throw Require.Refuse(
                    $"step {firstStep + i}",
                    _steps[i],
                    "needs a rate with a logarithm, a finite decay, betas from 0 to below 1 and an epsilon of at least 0",
                    "change its numbers");
        }
    }

    /// <summary>The first update that the table describes.</summary>
    public long FirstStep { get; }

    /// <summary>The update after the last one described, T.</summary>
    public long End => FirstStep + _steps.Length;

    /// <summary>How many updates are described.</summary>
    public int Count => _steps.Length;

    /// <summary>The numbers of every update, in order.</summary>
    public ReadOnlySpan<AdamRow> Steps => _steps;

    /// <summary>The numbers of update <paramref name="step"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The table does not describe that update.</exception>
    public AdamRow this[long step] => step >= FirstStep && step < End
        ? _steps[step - FirstStep]
        : throw new ArgumentOutOfRangeException(
            nameof(step), step, $"The table describes updates {FirstStep} to {End - 1}; ask for one of them.");

    /// <summary>Writes out a schedule for AdamW, whose momentum is β₁.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="optimizer">adamw, or adam where there is no decay; it has β₂ and ε.</param>
    /// <param name="firstStep">The first update wanted; default: all of them.</param>
    /// <exception cref="EquivalenceException">The optimizer is not AdamW and there is decay: it would stand in the gradient.</exception>
    /// <exception cref="ArgumentException">The optimizer is no form of Adam, or the schedule is too long for a table.</exception>
    public static AdamTable Of(UpdateSchedule schedule, OptimizerRule optimizer, long firstStep = 0)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        if (!optimizer.IsAdam) throw Require.Refuse(nameof(optimizer), optimizer.Name, "is no form of Adam", "name adamw");
        var table = UpdateTable.Of(schedule, firstStep);
        var steps = new AdamRow[table.Count];
        for (var i = 0; i < steps.Length; i++)
        {
            var numbers = table.Steps[i];
            if (optimizer.Name == "adam" && numbers.WeightDecay != 0) throw NoEquivalent.Of("adam")!;
            steps[i] = new(numbers.LogRate, numbers.WeightDecay, numbers.Momentum, optimizer.Beta2, optimizer.Epsilon);
        }
        return new(steps, firstStep);
    }
}

/// <summary>Where Adam adds ε.</summary>
public enum AdamDenominator
{
    /// <summary>√(u/c₂) + ε with c₂ = 1 - β₂^(t+1): PyTorch, and Optax's <c>eps</c>.</summary>
    OutsideRoot,

    /// <summary>√(u/c₂ + ε): Optax's <c>eps_root</c>.</summary>
    InsideRoot,

    /// <summary>(√u + ε)/√c₂: Keras and TensorFlow, "epsilon hat" of the paper.</summary>
    BeforeCorrection,
}

/// <summary>
/// How weights w, mean m and squares u of a run give those of an equivalent one before some update: <c>w~ = P w</c>, <c>m~ = m/z</c>, <c>u~
/// = u/y</c>.
/// </summary>
/// <param name="LogScale">ln P.</param>
/// <param name="LogMean">ln z.</param>
/// <param name="LogSquares">ln y.</param>
public readonly record struct AdamStateMap(double LogScale, double LogMean, double LogSquares)
{
    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(AdamStateMap), PrintMembers);
}

/// <summary>
/// A schedule of Adam's numbers and one that is the same run of the scale-invariant group, or nearly; the theorem that made it says which.
/// </summary>
public sealed class AdamConversion
{
    private readonly AdamStateMap[] _states;

    internal AdamConversion(AdamTable source, AdamTable target, AdamStateMap[] states) =>
        (Source, Target, _states) = (source, target, states);

    /// <summary>The schedule converted.</summary>
    public AdamTable Source { get; }

    /// <summary>The equivalent numbers, for the scale-invariant group alone; everything else keeps the source's.</summary>
    public AdamTable Target { get; }

    /// <summary>
    /// 0 where the two runs are the same but for rounding. Otherwise the largest η λ/(1 - β₂): the mean of squares remembers longer by
    /// twice this share.
    /// </summary>
    public double MemoryError { get; internal init; }

    /// <summary>How the source's state gives the equivalent run's before update <paramref name="step"/>; T for after the last.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The step is not one from the first described to T.</exception>
    public AdamStateMap StateAt(long step) => step >= Source.FirstStep && step <= Source.End
        ? _states[step - Source.FirstStep]
        : throw new ArgumentOutOfRangeException(
            nameof(step),
            step,
            $"The conversion describes updates {Source.FirstStep} to {Source.End - 1} and the state after them; ask for one of these.");
}
