namespace Etalon.Schedules.Dynamics;

/// <summary>Where phases begin: by the pieces of a schedule, or by numbers alone.</summary>
internal static class Boundaries
{
    private const int MostCycles = 100;

    /// <summary>A value held for less than this share of all numbers is a stair of something that moves.</summary>
    private const int HeldShare = 20;

    /// <summary>The steps, from 0 to before <paramref name="length"/>, at which the pieces of a schedule begin.</summary>
    public static IEnumerable<long> OfPieces(Schedule schedule, long length) =>
        PartsOf(schedule, length).Where(begin => begin >= 0 && begin < length).Distinct();

    /// <summary>The indices at which numbers begin to be held, or to move, or turn.</summary>
    public static IEnumerable<long> OfNumbers(Func<long, double> number, long count)
    {
        var held = Math.Max(2, count / HeldShare);
        var (isMoving, direction) = (false, 0);
        for (long begin = 0, end; begin < count; begin = end)
        {
            end = begin + 1;
            while (end < count && number(end) == number(begin)) end++;
            if (end - begin >= held)
            {
                isMoving = false;
                yield return begin;
                continue;
            }
            var change = begin == 0 ? 0 : number(begin).CompareTo(number(begin - 1));
            var turns = isMoving && direction != 0 && change != direction;
            if (!isMoving || turns) yield return begin;
            direction = !isMoving || turns ? 0 : change;
            isMoving = true;
        }
    }

    private static IEnumerable<long> PartsOf(Schedule schedule, long length) => schedule switch
    {
        Sequence p => p.Pieces.SelectMany((piece, i) => WithinPiece(p, piece, i, length)),
        Steps p => p.At,
        WarmupStableDecay p => [p.WarmupLength, p.WarmupLength + p.StableLength, p.Length.GetValueOrDefault()],
        OneCycle p => TurnsOf(p),
        Restarts p => Cycles(cycle => (long)Math.Ceiling(p.Begin(cycle)), length),
        Triangular p => Cycles(cycle => cycle * p.Period, length),
        Repeated p => Cycles(cycle => cycle * p.Of.Length.GetValueOrDefault(1), Math.Min(length, p.Length ?? length)).SelectMany(begin => WithinCycle(p, begin)),
        Scaled p => PartsOf(p.Of, length),
        Stretched p => PartsOf(p.Of, (long)Math.Ceiling(length / p.Factor)).Select(begin => (long)Math.Ceiling(begin * p.Factor)),
        Table p => OfNumbers(i => p.Values[(int)i], Math.Min(length, p.Values.Count)),
        Linear or Cosine or Polynomial or Exponential or InverseSqrt or Warmup => [schedule.Length ?? length],
        _ => [],
    };

    private static IEnumerable<long> WithinPiece(Sequence sequence, Schedule piece, int index, long length)
    {
        var begin = sequence.Begins[index];
        var end = index + 1 < sequence.Begins.Count ? sequence.Begins[index + 1] : length;
        return OfPieces(piece, Math.Max(0, end - begin)).Prepend(0).Select(within => begin + within);
    }

    private static IEnumerable<long> WithinCycle(Repeated repeated, long begin) =>
        OfPieces(repeated.Of, repeated.Of.Length.GetValueOrDefault()).Select(within => begin + within).Prepend(begin);

    /// <summary>PyTorch's one cycle reaches its peak at step rise · n - 1, and in three phases the old low at 2 rise · n - 2.</summary>
    private static IEnumerable<long> TurnsOf(OneCycle cycle)
    {
        var steps = cycle.Length.GetValueOrDefault();
        yield return (long)Math.Ceiling(cycle.Rise * steps - 1);
        if (cycle.ThreePhase) yield return (long)Math.Ceiling(2 * cycle.Rise * steps - 2);
        yield return steps;
    }

    private static IEnumerable<long> Cycles(Func<long, long> begin, long length)
    {
        if (begin(MostCycles) < length) yield break;
        for (var cycle = 0L; cycle < MostCycles && begin(cycle) < length; cycle++) yield return begin(cycle);
    }
}
