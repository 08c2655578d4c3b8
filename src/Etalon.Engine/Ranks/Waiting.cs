using System.Diagnostics;

namespace Etalon.Engine.Ranks;

/// <summary>A rank's wait for others: between two looks it gives its processor to whoever wants it.</summary>
/// <remarks>
/// Ranks often share their processors, so that a rank that only looked would take from the one it waits for. The clock decides nothing but
/// when the wait has been too long.
/// </remarks>
internal struct Waiting(Communicator ranks)
{
    // Looks between two readings of the clock, and those before the processor is given away.
    private const int LooksPerReading = 16, FirstLooks = 20;

    // A longer gap between two readings is one in which this process itself was stopped: the others' silence then says nothing.
    private static readonly TimeSpan LongestGap = TimeSpan.FromSeconds(1);

    private int _looks;
    private long _read;
    private TimeSpan _waited;

    /// <summary>After a look that found nothing.</summary>
    /// <returns>Whether the patience is at its end.</returns>
    public bool IsTooLong()
    {
        if (++_looks > FirstLooks) Thread.Yield();
        if (_looks % LooksPerReading != 0) return false;
        long now = Stopwatch.GetTimestamp();
        var gap = _read == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(_read, now);
        _read = now;
        _waited += gap < LongestGap ? gap : LongestGap;
        return _waited >= ranks.Patience;
    }

    /// <summary>After a look that found something.</summary>
    public void Restart() => (_looks, _read, _waited) = (0, 0, TimeSpan.Zero);

    /// <summary>What to throw when it was too long.</summary>
    public readonly LostRankException Ended(int other) => new(
        $"rank {ranks.Rank} of {ranks.Size} on {Environment.MachineName}: nothing came from rank {other} for "
        + $"{ranks.Patience.TotalSeconds:0.###} s; it has stopped, or the network to it");
}
