namespace Etalon.Lab.Tests.Runs;

/// <summary>Time that passes when a test says so.</summary>
internal sealed class ManualTime
{
    public TimeSpan Now { get; private set; }

    public event Action? Passed;

    public void Pass(TimeSpan time)
    {
        // Second by second, so that timers fire in the order of their times.
        for (var end = Now + time; Now < end;)
        {
            Now += TimeSpan.FromSeconds(Math.Min(1, (end - Now).TotalSeconds));
            Passed?.Invoke();
        }
    }
}

/// <summary>The clock of a host: it goes with the time, is wrong by a constant, and fires no timer while the host is stopped.</summary>
internal sealed class HostClock : TimeProvider
{
    private readonly ManualTime _time;
    private readonly TimeSpan _wrongBy;

    public HostClock(ManualTime time, TimeSpan wrongBy) => (_time, _wrongBy) = (time, wrongBy);

    /// <summary>A process that is stopped, or dead.</summary>
    public bool IsStopped { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => (_time.Now + _wrongBy).Ticks;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddYears(50) + _time.Now + _wrongBy;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new Timer(this, () => callback(state), period);

    private sealed class Timer : ITimer
    {
        private readonly HostClock _clock;
        private readonly Action _fire;
        private readonly TimeSpan _period;
        private TimeSpan _next;

        public Timer(HostClock clock, Action fire, TimeSpan period)
        {
            (_clock, _fire, _period, _next) = (clock, fire, period, clock._time.Now + period);
            clock._time.Passed += Passed;
        }

        private void Passed()
        {
            if (_clock.IsStopped || _clock._time.Now < _next) return;
            _next = _clock._time.Now + _period;
            _fire();
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException();

        public void Dispose() => _clock._time.Passed -= Passed;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
