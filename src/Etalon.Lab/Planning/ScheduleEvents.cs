using Etalon.Lab.Conversions;
using Etalon.Numerics;
using Etalon.Schedules;

namespace Etalon.Lab.Planning;

/// <summary>Finds what happens to a schedule during a run.</summary>
public static class ScheduleEvents
{
    // A schedule may restart at every update; a table that long helps nobody.
    private const int MostCycles = 12;

    /// <summary>The events before the run ends, in order: where each piece begins and what happens inside it.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="totalSteps">Updates of the run.</param>
    public static IReadOnlyList<ScheduleEvent> Of(Schedule schedule, long totalSteps)
    {
        var events = new List<ScheduleEvent>();
        foreach (var (piece, begin, end) in PiecesOf(schedule, totalSteps))
        {
            events.Add(new(begin, $"{PieceWords.Of(piece)} begins", schedule.ValueAt(begin)));
            foreach (var (step, what) in Within(piece, end - begin))
                events.Add(new(begin + step, what, schedule.ValueAt(begin + step)));
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
            .Select(piece => new ScheduleEvent(piece.Second, $"{PieceWords.Of(piece.First)} never begins", double.NaN));

    /// <summary>The pieces that own a step of the run, each with its half-open interval; a schedule that is no sequence is one piece.</summary>
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

    private static IEnumerable<(long Step, string What)> Within(Schedule piece, long steps) => (piece switch
    {
        Steps p => p.At.Select((at, i) => (at, $"milestone {i + 1} of {p.At.Count}: times {p.Factor:G6}")),
        WarmupStableDecay p => [(p.WarmupLength, "plateau begins"), (p.WarmupLength + p.StableLength, "decay begins")],
        OneCycle p => [((long)Math.Ceiling(Math.Max(0, p.Rise * p.Length.GetValueOrDefault() - 1)), "turn of the cycle")],
        Restarts p => Cycles(p.Period, p.Growth, steps),
        Triangular p => Cycles(p.Period, 1, steps),
        Repeated p => Cycles(p.Of.Length.GetValueOrDefault(1), 1, steps),
        _ => Enumerable.Empty<(long, string)>(),
    }).Where(happening => happening.Item1 >= 0 && happening.Item1 < steps).Select(happening => (happening.Item1, happening.Item2));

    private static IEnumerable<(long, string)> Cycles(long period, double growth, long steps)
    {
        var begin = (double)period;
        for (var cycle = 1; begin < steps && cycle <= MostCycles; cycle++)
        {
            yield return ((long)Math.Ceiling(begin), cycle < MostCycles ? $"cycle {cycle + 1} begins" : $"cycle {cycle + 1} begins, and so on");
            begin += period * Elementary.Pow(growth, cycle);
        }
    }
}

/// <summary>Something that happens to a schedule at a step: a piece begins, a milestone comes, a peak is reached.</summary>
/// <param name="Step">The first update that uses the new value.</param>
/// <param name="What">What happens, in words.</param>
/// <param name="Value">The value from there; not a number for what never comes.</param>
public sealed record ScheduleEvent(long Step, string What, double Value)
{
    /// <summary>ln of the value, where it may leave float64.</summary>
    public double? LogValue { get; init; }

    /// <summary>The value in six digits, as a power of ten where float64 does not hold it, or a dash.</summary>
    internal string Text => LogValue > PlannedQuantity.LargestLog ? Magnitude.Text(LogValue.Value) : double.IsNaN(Value) ? "-" : $"{Value:G6}";
}
