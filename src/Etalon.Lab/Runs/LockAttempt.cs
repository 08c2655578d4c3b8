namespace Etalon.Lab.Runs;

/// <summary>
/// Taking the lock of a run, look by look. This host's lock is had already; what is left to know is whether a holder on another host
/// lives, which two looks at its beat tell, and the time between them on this host's clock.
/// </summary>
internal sealed class LockAttempt : IDisposable
{
    private readonly FileStream _file;
    private readonly string _run;
    private readonly LockHost _host;
    private RunHolder? _seen;
    private long _seenAt;

    internal LockAttempt(FileStream file, string run, LockHost host) => (_file, _run, _host) = (file, run, host);

    /// <summary>The holder that the first look was unsure of.</summary>
    public RunHolder? Holder => _seen;

    /// <summary>The lock, where the last look took it.</summary>
    public RunLock? Taken { get; private set; }

    /// <summary>Looks, and takes the lock where nobody lives who holds it.</summary>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public LockSight Look()
    {
        var holder = RunHolder.TryRead(_run);
        if (holder is null) return TakenBy(RunHeartbeat.TryBecome(_run, _host));
        // The lock of its own host would not have been free.
        if (holder.IsOn(_host) && _host.HasLocks) return TakenBy(RunHeartbeat.TryReplace(_run, holder, _host));
        if (_seen is null)
        {
            (_seen, _seenAt) = (holder, _host.Clock.GetTimestamp());
            return LockSight.Unsure;
        }
        if (_seen != holder) return LockSight.Held;
        return _host.Clock.GetElapsedTime(_seenAt) < LockHost.Takeover ? LockSight.Unsure
            : TakenBy(RunHeartbeat.TryReplace(_run, holder, _host));
    }

    private LockSight TakenBy(RunHeartbeat? heartbeat)
    {
        if (heartbeat is null) return LockSight.Held;
        Taken = RunLock.Of(_file, heartbeat, _run);
        return LockSight.Taken;
    }

    /// <summary>Lets the host's lock go, unless the run was taken.</summary>
    public void Dispose()
    {
        if (Taken is null) _file.Dispose();
    }
}

/// <summary>What a look at a run's lock told.</summary>
internal enum LockSight
{
    /// <summary>The lock is taken.</summary>
    Taken,

    /// <summary>Another process holds it.</summary>
    Held,

    /// <summary>A holder on another host has shown no life yet; look again.</summary>
    Unsure,
}
