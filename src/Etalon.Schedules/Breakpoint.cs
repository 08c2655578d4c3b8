namespace Etalon.Schedules;

/// <summary>A step at which a schedule begins to do something else: the first one of a piece, of a cycle, or after a milestone.</summary>
/// <param name="Step">The first update that has the new value.</param>
/// <param name="What">What happens, such as "decay begins"; null where a piece has no word for it, and inside what a combinator
/// changes.</param>
/// <param name="BeginsPhase">Whether a phase begins. Default: true; false for the cycles of a piece that has more than 100 of them.</param>
/// <example>
/// <code>
/// var rate = new WarmupStableDecay(peak: 1, warmupLength: 3, stableLength: 80, decayLength: 20);
/// foreach (var point in rate.Breakpoints(length: 103)) Console.WriteLine($"{point.Step}: {point.What}");
/// // 3: plateau begins
/// // 83: decay begins
/// </code>
/// </example>
public readonly record struct Breakpoint(long Step, string? What = null, bool BeginsPhase = true)
{
    private const int MostCycles = 100, MostTold = 12;

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(Breakpoint), PrintMembers);

    /// <summary>Where something that moves has arrived; nothing where it moves for ever.</summary>
    internal static IEnumerable<Breakpoint> OfEnd(long? length) => length is { } end ? [new(end)] : [];

    /// <summary>
    /// The steps inside the schedule that a combinator changes. Its words would speak of another time, or be said again in each cycle.
    /// </summary>
    internal static IEnumerable<Breakpoint> Inside(Schedule schedule, long length) =>
        schedule.Breakpoints(length).Select(point => point with { What = null });

    /// <summary>The cycles that begin before <paramref name="length"/>; of more than a hundred the first dozen.</summary>
    internal static IEnumerable<Breakpoint> OfCycles(Func<long, long> begin, long length)
    {
        var isPhase = begin(MostCycles) >= length;
        yield return new(0, null, isPhase);
        for (var cycle = 1; cycle <= (isPhase ? MostCycles : MostTold) && begin(cycle) < length; cycle++)
            yield return new(begin(cycle), cycle > MostTold ? null : $"cycle {cycle + 1} begins{(cycle == MostTold ? ", and so on" : "")}",
                isPhase);
    }
}
