namespace Etalon.Schedules.Dynamics;

/// <summary>
/// Where phases begin, by numbers alone. Where they begin by the pieces of a schedule its <see cref="Schedule.Breakpoints"/> say.
/// </summary>
internal static class Boundaries
{
    /// <summary>A value held for less than this share of all numbers is a stair of something that moves.</summary>
    private const int HeldShare = 20;

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
}
