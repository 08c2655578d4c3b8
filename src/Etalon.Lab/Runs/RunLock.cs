using System.Collections.Immutable;
using Etalon.Lab.Files;

namespace Etalon.Lab.Runs;

/// <summary>
/// The right to write to a run: an exclusively opened file, which the operating system frees when its holder ends, however it ends. The
/// file itself stays; that it is there means nothing. Which file it is tells whether the folder at the path is still the one that was
/// locked. Between hosts, where that lock may not hold, the file <c>holder</c> and its beats count.
/// </summary>
internal sealed class RunLock : IDisposable
{
    internal const string Name = "lock";

    // EAGAIN of Linux and of macOS, and Windows' sharing violation: what .NET says of a file that another process has.
    private static readonly int[] Held = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream _file;
    private readonly RunHeartbeat _heartbeat;
    private readonly FileNode? _node;
    private string _run;
    private ImmutableArray<(string Name, FileNode Node)> _parts = [];

    private RunLock(FileStream file, RunHeartbeat heartbeat, string run)
    {
        (_file, _heartbeat, _run) = (file, heartbeat, run);
        _node = FileNode.TryOf(file.SafeFileHandle);
    }

    /// <summary>
    /// The lock of a run, or null while another process holds it. Where a holder on another host shows no life, waits until it has shown
    /// none for <see cref="LockHost.Takeover"/>.
    /// </summary>
    /// <param name="run">The run's folder.</param>
    /// <param name="waiting">Is told for what it waits, once; null where nobody wants to know.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="IOException">The folder may not be written to, or is gone.</exception>
    /// <exception cref="OperationCanceledException">It was canceled while it waited.</exception>
    public static RunLock? TryTake(string run, Action<string>? waiting = null, CancellationToken cancellation = default) =>
        TryTake(run, LockHost.This, waiting, cancellation);

    /// <summary>The same on a host.</summary>
    /// <inheritdoc cref="TryTake(string, Action{string}, CancellationToken)"/>
    internal static RunLock? TryTake(string run, LockHost host, Action<string>? waiting, CancellationToken cancellation)
    {
        using var attempt = TryBegin(run, host);
        while (attempt is not null)
        {
            switch (Look(attempt, run))
            {
                case LockSight.Taken: return attempt.Taken;
                case LockSight.Held: return null;
            }
            waiting?.Invoke(Waiting(run, attempt.Holder!, host));
            waiting = null;
            host.Wait(LockHost.Beat, cancellation);
        }
        return null;
    }

    private static string Waiting(string run, RunHolder holder, LockHost host)
    {
        string where = holder.Host == host.Name ? $"on {holder.Host} before that was started last" : $"on {holder.Host}, another host";
        return $"{run} was trained by a process {where}; waiting {LockHost.Takeover.TotalSeconds:N0} s, and going on if it shows no life";
    }

    /// <summary>The lock of a run, or null where another process holds it or may hold it.</summary>
    /// <inheritdoc cref="TryTake(string, Action{string}, CancellationToken)"/>
    public static RunLock? TryTakeAtOnce(string run)
    {
        using var attempt = TryBegin(run, LockHost.This);
        return attempt is not null && Look(attempt, run) == LockSight.Taken ? attempt.Taken : null;
    }

    private static LockSight Look(LockAttempt attempt, string run)
    {
        try
        {
            return attempt.Look();
        }
        catch (Exception exception) when (IsOfFolder(exception, run))
        {
            throw NotWritable(run, exception);
        }
    }

    /// <summary>Begins to take the lock of a run; null where a process of this host holds it.</summary>
    /// <inheritdoc cref="TryTake(string, Action{string}, CancellationToken)"/>
    internal static LockAttempt? TryBegin(string run, LockHost host)
    {
        string path = Path.Combine(run, Name);
        try
        {
            var share = host.HasLocks ? FileShare.None : FileShare.ReadWrite | FileShare.Delete;
            return new LockAttempt(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, share, bufferSize: 0), run, host);
        }
        catch (IOException exception) when (Held.Contains(exception.HResult))
        {
            return null;
        }
        catch (Exception exception) when (IsOfFolder(exception, run))
        {
            throw NotWritable(run, exception);
        }
    }

    private static bool IsOfFolder(Exception exception, string run) =>
        exception is UnauthorizedAccessException || (exception is IOException && Directory.Exists(run));

    private static IOException NotWritable(string run, Exception exception) => new(
        $"{run} cannot be written to: {exception.Message.TrimEnd('.')}; make it writable, or copy it to where you may write and "
        + $"name the copy", exception);

    /// <summary>The lock that an attempt came to.</summary>
    internal static RunLock Of(FileStream file, RunHeartbeat heartbeat, string run) => new(file, heartbeat, run);

    /// <summary>
    /// Whether a process of this host holds the lock of a run. Who asks shares the lock for that moment with all who ask, and keeps a
    /// holder from taking it.
    /// </summary>
    /// <param name="run">The run's folder.</param>
    /// <exception cref="IOException">The lock cannot be read.</exception>
    public static bool IsHeld(string run)
    {
        try
        {
            using var file = new FileStream(Path.Combine(run, Name), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (IOException exception) when (Held.Contains(exception.HResult))
        {
            return true;
        }
    }

    /// <summary>The holder of a run on another host, whose beats tell whether it lives; null where there is none.</summary>
    /// <param name="run">The run's folder.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static RunHolder? HolderElsewhere(string run) =>
        RunHolder.TryRead(run) is { } holder && !holder.IsOn(LockHost.This) ? holder : null;

    /// <summary>Whether the folder at the path is the one that was locked, and not gone or another one.</summary>
    /// <remarks>On Windows a folder with an open file can be neither moved nor deleted.</remarks>
    public bool IsInPlace => IsLockInPlace && Replaced is null;

    private bool IsLockInPlace => _node is not { } node || node.IsSame(FileNode.TryOf(Path.Combine(_run, Name)));

    private string? Replaced
    {
        get
        {
            foreach (var (name, node) in _parts)
                if (!node.IsSame(FileNode.TryOf(Path.Combine(_run, name)))) return Path.Combine(_run, name);
            return null;
        }
    }

    /// <summary>
    /// From now on a file or folder of the run may not become another one either, as where a link to another run's takes its place.
    /// </summary>
    /// <param name="name">Its name in the run's folder.</param>
    public void Hold(string name)
    {
        if (_parts.All(part => part.Name != name) && FileNode.TryOf(Path.Combine(_run, name)) is { } node)
            _parts = _parts.Add((name, node));
    }

    /// <summary>
    /// Before anything is written by path: refuses where the folder there, or a part of it that is held, is no longer the one that was
    /// locked.
    /// </summary>
    /// <exception cref="IOException">One is gone, or another one.</exception>
    public void Require()
    {
        if (IsLockInPlace && !_heartbeat.IsHolder)
            throw new IOException(
                $"{_run} was taken over by {RunHolder.TryRead(_run)?.Host ?? "another host"}, or may be at any time: this process could "
                + $"show no life for {LockHost.Takeover.TotalSeconds / 2:N0} s, as where it or the file system was stopped; it writes no "
                + "more");
        if (!IsLockInPlace)
            throw new IOException(
                $"{_run} was deleted, moved or replaced while it was being trained; nothing is written to what is there now. Where it "
                + $"was moved, go on from its new place: etalon resume NEW_PLACE");
        if (Replaced is { } part)
            throw new IOException(
                $"{part} was deleted, moved or replaced while its run was being trained; nothing is written to what is there now. Where "
                + $"it was moved, put it back and go on: etalon resume {_run}");
    }

    /// <summary>The folder has been renamed by the holder.</summary>
    public void MovedTo(string run)
    {
        _run = run;
        _heartbeat.MovedTo(run);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // A copy of the folder in its place has a copy of the holder's file, and is somebody else's.
        if (IsLockInPlace) _heartbeat.Leave();
        _heartbeat.Dispose();
        _file.Dispose();
    }
}
