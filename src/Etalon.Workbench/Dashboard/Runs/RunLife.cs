using System.Diagnostics;
using Etalon.Lab.Runs;

namespace Etalon.Workbench.Dashboard;

/// <summary>
/// Whether an unfinished run is being trained. Whoever asks for a run's lock keeps a trainer from taking it for that moment, so it is asked
/// once of each holder that shows no new beat, and not at all where nobody ever held the run or beats are seen.
/// </summary>
internal sealed class RunLife
{
    // Twice the time from one beat to the next, and a little.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(12);

    private RunHolder? _seen;
    private long _seenAt;
    private bool _isDead;

    /// <summary>Looks at the run's holder.</summary>
    /// <param name="run">The run's folder.</param>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public bool IsHeld(string run)
    {
        if (RunHolder.TryRead(run) is not { } holder) return false;
        if (holder != _seen)
        {
            bool hasBeaten = _seen?.Id == holder.Id;
            (_seen, _seenAt, _isDead) = (holder, Stopwatch.GetTimestamp(), !hasBeaten && IsDead(run, holder));
        }
        else if (!_isDead && Stopwatch.GetElapsedTime(_seenAt) > Silence)
        {
            (_seenAt, _isDead) = (Stopwatch.GetTimestamp(), IsDead(run, holder));
        }
        return !_isDead;
    }

    // Of a holder on another host only its beats tell.
    private bool IsDead(string run, RunHolder holder) =>
        holder.IsOn(LockHost.This) ? !RunLock.IsHeld(run) : holder == _seen && Stopwatch.GetElapsedTime(_seenAt) > Silence;
}
