using Etalon.Lab.Conversions;
using Etalon.Schedules;

namespace Etalon.Lab.Planning;

/// <summary>Finds what happens to a schedule during a run.</summary>
internal static class ScheduleEvents
{
    /// <summary>The events before the run ends, in order: where each piece begins and what happens inside it.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="totalSteps">Updates of the run.</param>
    public static IReadOnlyList<ScheduleEvent> Of(Schedule schedule, long totalSteps)
    {
        var events = new List<ScheduleEvent>();
        foreach (var (piece, begin, end) in PiecesOf(schedule, totalSteps))
        {
            events.Add(new(begin, $"{piece.Describe()} begins", schedule.ValueAt(begin)));
            foreach (var point in piece.Breakpoints(end - begin))
                if (point.What is { } what) events.Add(new(begin + point.Step, what, schedule.ValueAt(begin + point.Step)));
        }
        return [.. events.OrderBy(happening => happening.Step)];
    }

    /// <summary>The pieces of a sequence that begin after the run's last update, and so never.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="totalSteps">Updates of the run.</param>
    public static IEnumerable<ScheduleEvent> Never(Schedule schedule, long totalSteps) => schedule is not Sequence sequence
        ? []
        : sequence.Pieces.Zip(sequence.Begins)
            .Where(piece => piece.Second >= totalSteps)
            .Select(piece => new ScheduleEvent(piece.Second, $"{piece.First.Describe()} never begins", double.NaN));

    /// <summary>
    /// The pieces that own a step of the run, each with its half-open interval; a schedule that is no sequence is one piece.
    /// </summary>
    internal static IReadOnlyList<(Schedule Piece, long Begin, long End)> PiecesOf(Schedule schedule, long totalSteps)
    {
        if (schedule is not Sequence sequence) return [(schedule, 0, totalSteps)];
        var pieces = new List<(Schedule, long, long)>();
        for (var i = 0; i < sequence.Pieces.Count; i++)
        {
            var end = i + 1 < sequence.Pieces.Count ? Math.Min(sequence.Begins[i + 1], totalSteps) : totalSteps;
            if (sequence.Begins[i] < end) pieces.Add((sequence.Pieces[i], sequence.Begins[i], end));
        }
        return pieces;
    }
}

/// <summary>Something that happens to a schedule at a step: a piece begins, a milestone comes, a peak is reached.</summary>
/// <param name="Step">The first update that uses the new value.</param>
/// <param name="What">What happens, in words.</param>
/// <param name="Value">The value from there; not a number for what never comes.</param>
internal sealed record ScheduleEvent(long Step, string What, double Value)
{
    /// <summary>ln of the value, where it may leave float64.</summary>
    public double? LogValue { get; init; }

    /// <summary>The value in six digits, as a power of ten where float64 does not hold it, or a dash.</summary>
    internal string Text =>
        LogValue > PlannedQuantity.LargestLog ? Magnitude.Text(LogValue.Value) : double.IsNaN(Value) ? "-" : $"{Value:G6}";
}
