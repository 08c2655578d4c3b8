using Etalon.Schedules.Equivalence;

namespace Etalon.Schedules;

/// <summary>An update schedule written out step by step: what the theorems map, and what a trainer can read its numbers from.</summary>
/// <remarks>Immutable. 32 bytes a step.</remarks>
/// <example>
/// <code>
/// var schedule = new UpdateSchedule
/// {
///     LearningRate = new Steps(0.5, [10], 0.5),
///     WeightDecay = 0,
///     Momentum = 0.9,
///     TotalSteps = 20,
/// };
/// var table = UpdateTable.Of(schedule);
/// Console.WriteLine(table.Count); // 20
/// Console.WriteLine(table[10].Momentum); // 0.9
/// Console.WriteLine(table.ToString().Split('\n')[1]); // step  lr    weight_decay  momentum  log_lr
/// </code>
/// </example>
public sealed class UpdateTable
{
    private readonly UpdateRow[] _steps;
    private readonly long _firstWithMomentum;

    /// <summary>A table of given numbers, the first of them for update <paramref name="firstStep"/>.</summary>
    /// <param name="rule">The formula that the numbers enter.</param>
    /// <param name="steps">The numbers of each update.</param>
    /// <param name="firstStep">The first update described: more than 0 where a run goes on from a checkpoint.</param>
    /// <exception cref="ArgumentException">A rate is negative or not a number, a decay not finite, or a momentum or a look-ahead negative
    /// or not finite.</exception>
    public UpdateTable(UpdateRule rule, IEnumerable<UpdateRow> steps, long firstStep = 0)
        : this(rule, [.. steps], firstStep)
    {
        for (var i = 0; i < _steps.Length; i++)
        {
            var (logRate, decay, momentum, lookAhead) = _steps[i];
            if (!(logRate < double.PositiveInfinity) || !double.IsFinite(decay) || !(double.IsFinite(momentum) && momentum >= 0)
                || !(double.IsFinite(lookAhead) && lookAhead >= 0))
                throw Require.Refuse($"step {firstStep + i}", _steps[i],
                    "needs a rate with a logarithm, a finite decay, and momentum and look-ahead of at least 0", "change its numbers");
        }
    }

    /// <summary>Takes the array itself: the theorems make a new one each, whose numbers they have checked.</summary>
    internal UpdateTable(UpdateRule rule, UpdateRow[] steps, long firstStep)
    {
        ArgumentNullException.ThrowIfNull(rule);
        (Rule, _steps, FirstStep) = (rule, steps, Require.Length(firstStep));
        var first = Array.FindIndex(steps, numbers => numbers.Momentum != 0);
        _firstWithMomentum = first < 0 ? long.MaxValue : first;
    }

    /// <summary>The formula that the numbers enter.</summary>
    public UpdateRule Rule { get; }

    /// <summary>The first update that the table describes.</summary>
    public long FirstStep { get; }

    /// <summary>The update after the last one described, T.</summary>
    public long End => FirstStep + _steps.Length;

    /// <summary>How many updates are described.</summary>
    public int Count => _steps.Length;

    /// <summary>Updates in an epoch; null, the default, where epochs do not matter.</summary>
    public long? StepsPerEpoch { get; init; }

    /// <summary>The numbers of every update, in order.</summary>
    public ReadOnlySpan<UpdateRow> Steps => _steps;

    /// <summary>The numbers of update <paramref name="step"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The table does not describe that update.</exception>
    public UpdateRow this[long step] => step >= FirstStep && step < End
        ? _steps[step - FirstStep]
        : throw new ArgumentOutOfRangeException(nameof(step), step,
        $"The table describes updates {FirstStep} to {End - 1}; ask for one of them.");

    /// <summary>Writes out an update schedule.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="firstStep">The first update wanted; default: all of them.</param>
    /// <exception cref="ArgumentException">The schedule has more than 2^30 updates, or ends before
    /// <paramref name="firstStep"/>.</exception>
    public static UpdateTable Of(UpdateSchedule schedule, long firstStep = 0)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        var count = schedule.TotalSteps - firstStep;
        if (firstStep < 0 || count is < 0 or > 1 << 30)
            throw Require.Refuse(nameof(firstStep), firstStep, $"leaves {count} of the recipe's updates and a table holds 0 to 2^30",
                "convert a part of the run");
        var steps = new UpdateRow[count];
        for (var i = 0; i < steps.Length; i++)
        {
            var step = firstStep + i;
            var momentum = schedule.Momentum.ValueAt(step);
            steps[i] = new(schedule.LearningRate.LogValueAt(step), schedule.WeightDecay.ValueAt(step), momentum,
                schedule.Rule.Nesterov ? momentum : 0);
        }
        return new(schedule.Rule, steps, firstStep) { StepsPerEpoch = schedule.StepsPerEpoch };
    }

    /// <summary>
    /// The schedule that gives these numbers: a constant where they do not change, otherwise a table, that of the rate in logarithms, with
    /// constants of 0 between.
    /// </summary>
    /// <exception cref="EquivalenceException">
    /// The table starts after step 0, has a look-ahead other than the momentum, a negative decay, or a momentum of 1 or more: no schedule
    /// says that. A trainer can still read the table itself.
    /// </exception>
    public UpdateSchedule ToSchedule() => ToSchedule(null);

    /// <summary>The same with the rate in another form, where there is one.</summary>
    internal UpdateSchedule ToSchedule(Schedule? rate)
    {
        RequireSchedule();
        return new()
        {
            LearningRate = rate ?? SimplestSchedule.OfLogRates(Array.ConvertAll(_steps, step => step.LogRate)),
            WeightDecay = SimplestSchedule.OfValues(Array.ConvertAll(_steps, step => step.WeightDecay)),
            Momentum = SimplestSchedule.OfValues(Array.ConvertAll(_steps, step => step.Momentum)),
            TotalSteps = End,
            Rule = Rule,
            StepsPerEpoch = StepsPerEpoch,
        };
    }

    private void RequireSchedule()
    {
        const string remedy = "take the numbers of each step from the table";
        if (FirstStep > 0)
            throw new EquivalenceException("a recipe describes a run from step 0, and this table goes on from a checkpoint", remedy,
                FirstStep);
        for (var step = 0; step < Count; step++)
        {
            var (_, decay, momentum, lookAhead) = _steps[step];
            if (Rule.Nesterov && lookAhead != momentum)
                throw new EquivalenceException(
                    $"the look-ahead {lookAhead:R} differs from the momentum {momentum:R}, which a recipe cannot say", remedy, step);
            if (decay < 0)
                throw new EquivalenceException($"the weight decay {decay:R} is negative, which a recipe cannot say", remedy, step);
            if (momentum >= 1)
                throw new EquivalenceException($"the momentum {momentum:R} is not less than 1, which a recipe cannot say", remedy, step);
        }
    }

    /// <summary>
    /// The share s of the gradient that enters the buffer at a step: 1 - τ; 1 at the first update with momentum, which finds no buffer, and
    /// at one without momentum.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The table does not describe that step.</exception>
    public double GradientShare(long step) => HasBufferBefore(step) ? Rule.Taken(this[step].Momentum) : 1;

    /// <summary>
    /// Whether there is a buffer before an update: since the first one with momentum, as in PyTorch, which makes it then. A table from a
    /// later step on is taken to find one.
    /// </summary>
    internal bool HasBufferBefore(long step) => FirstStep > 0 || step > _firstWithMomentum;

    /// <summary>
    /// The rule and the rows as a table to read: all rows of a short one; of a long one the first six, the last three and how many are
    /// between.
    /// </summary>
    public override string ToString() => UpdateTableText.Of(this);

    /// <summary>Other numbers for the same updates.</summary>
    internal UpdateTable With(UpdateRule rule, UpdateRow[] steps) => new(rule, steps, FirstStep) { StepsPerEpoch = StepsPerEpoch };
}
