namespace Etalon.Lab.Tests.Runs;

/// <summary>Whoever waits by it waits no time.</summary>
internal sealed class HurriedClock : TimeProvider
{
    private long _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (period != Timeout.InfiniteTimeSpan) return System.CreateTimer(callback, state, dueTime, period);
        _now += dueTime.Ticks;
        return System.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
