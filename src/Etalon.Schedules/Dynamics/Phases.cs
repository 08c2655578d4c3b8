namespace Etalon.Schedules.Dynamics;

/// <summary>Cuts a schedule into phases, which together cover every update once.</summary>
/// <remarks>
/// <para>
/// A schedule is cut where a piece of its rate, decay or momentum begins: at the joints of a sequence, at milestones, at the parts of a
/// warm-up-stable-decay, at the turns of one cycle and at each new cycle of a schedule that repeats (up to 100 of them; more are one
/// phase). Neighbors with the same constant numbers are one phase. A continuous piece, such as a cosine, is one moving phase: its numbers
/// change at every update, and cutting it finer would only blur that.
/// </para>
/// <para>
/// Numbers without pieces, as a table or another framework's log has, are cut by themselves: a value held for at least a twentieth of the
/// table is a phase of its own; shorter stairs that follow each other (a cosine that moves once an epoch) are one moving phase, cut where
/// the values turn from rising to falling or back.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// var rate = new Sequence(new Warmup(0.4, length: 500), new Steps(0.4, [4000, 6000], factor: 0.1));
/// foreach (var phase in Phases.Of(new UpdateSchedule
/// {
///     LearningRate = rate,
///     WeightDecay = 5e-4,
///     Momentum = 0.9,
///     TotalSteps = 8000,
/// }))
/// {
///     string kind = phase.IsConstant ? "constant" : "moving";
///     Console.WriteLine($"{phase.Begin}-{phase.End}: {kind}, {phase.MixingUnits:F2} mixing units");
/// }
/// // 0-500: moving, 0.50 mixing units
/// // 500-4500: constant, 8.00 mixing units
/// // 4500-6500: constant, 0.40 mixing units
/// // 6500-8000: constant, 0.03 mixing units
/// </code>
/// </example>
public static class Phases
{
    /// <summary>The phases of a schedule, by its pieces.</summary>
    /// <exception cref="ArgumentException">The schedule has more than 2^30 updates, or Nesterov with dampening.</exception>
    public static IReadOnlyList<Phase> Of(UpdateSchedule schedule)
    {
        var table = UpdateTable.Of(schedule);
        return Cut(table, new[] { schedule.LearningRate, schedule.WeightDecay, schedule.Momentum }
            .SelectMany(
            quantity => quantity.Breakpoints(schedule.TotalSteps).Where(point => point.BeginsPhase).Select(point => point.Step)));
    }

    /// <summary>The phases of numbers of which nothing else is known, by the numbers alone.</summary>
    /// <exception cref="ArgumentException">A momentum is not within [0, 1), or the rule is Nesterov's with dampening or an unusual
    /// look-ahead.</exception>
    public static IReadOnlyList<Phase> Of(UpdateTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return Cut(table,
            new Func<UpdateRow, double>[] { numbers => numbers.LogRate, numbers => numbers.WeightDecay, numbers => numbers.Momentum }
            .SelectMany(
            number => Boundaries.OfNumbers(i => number(table.Steps[(int)i]), table.Count).Select(begin => table.FirstStep + begin)));
    }

    private static List<Phase> Cut(UpdateTable table, IEnumerable<long> boundaries)
    {
        var phases = new List<Phase>();
        var begins =
            boundaries.Where(begin => begin > table.FirstStep && begin < table.End).Prepend(table.FirstStep).Distinct().Order().ToList();
        if (table.Count == 0) return phases;
        for (var i = 0; i < begins.Count; i++)
        {
            var (begin, end) = (begins[i], i + 1 < begins.Count ? begins[i + 1] : table.End);
            var isConstant = IsConstant(table, begin, end);
            if (phases is [.., { IsConstant: true } before] && isConstant && table[before.Begin] == table[begin])
            {
                phases.RemoveAt(phases.Count - 1);
                begin = before.Begin;
            }
            phases.Add(
                new(begin, end, SteadyUpdate.At(table, begin), SteadyUpdate.At(table, end - 1), isConstant,
                    MixingUnits.Between(table, begin, end)));
        }
        return phases;
    }

    private static bool IsConstant(UpdateTable table, long begin, long end)
    {
        for (var step = begin + 1; step < end; step++)
            if (table[step] != table[begin]) return false;
        return true;
    }
}
