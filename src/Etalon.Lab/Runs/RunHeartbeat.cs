using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Etalon.Lab.Runs;

/// <summary>
/// Shows other hosts that the holder of a run lives, and tells the holder whether it still is the holder: one that was stopped for as long
/// as others wait may not be.
/// </summary>
internal sealed class RunHeartbeat : IDisposable
{
    private readonly Lock _lock = new();
    private readonly LockHost _host;
    private readonly SafeFileHandle _file;
    private readonly ITimer _timer;
    private RunHolder _holder;
    private string _run;
    private HostMoment _shown;
    private bool _isLost, _isDisposed;

    private RunHeartbeat(string run, LockHost host, SafeFileHandle file, RunHolder holder)
    {
        (_run, _host, _file, _holder) = (run, host, file, holder);
        _shown = host.Now;
        _timer = host.Clock.CreateTimer(_ => Beat(), null, LockHost.Beat, LockHost.Beat);
    }

    /// <summary>Becomes the holder; null where there is one.</summary>
    /// <param name="run">The run's folder.</param>
    /// <param name="host">The host.</param>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public static RunHeartbeat? TryBecome(string run, LockHost host)
    {
        string path = Path.Combine(run, RunHolder.Name);
        var holder = new RunHolder(host.Name, host.Boot, $"{Guid.NewGuid():N}", 0);
        SafeFileHandle file;
        try
        {
            file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
        try
        {
            RandomAccess.Write(file, Encoding.UTF8.GetBytes(holder.Text), 0);
            return new RunHeartbeat(run, host, file, holder);
        }
        catch
        {
            file.Dispose();
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Takes a holder's place who shows no life; null where somebody else did, or it lives after all.</summary>
    /// <param name="run">The run's folder.</param>
    /// <param name="dead">The holder as it was seen.</param>
    /// <param name="host">The host.</param>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public static RunHeartbeat? TryReplace(string run, RunHolder dead, LockHost host)
    {
        string path = Path.Combine(run, RunHolder.Name), aside = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            File.Move(path, aside);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        if (RunHolder.TryReadFile(aside) != dead)
        {
            PutBack(aside, path);
            return null;
        }
        File.Delete(aside);
        return TryBecome(run, host);
    }

    // Without replacing: where somebody has become the holder meanwhile, the one that was moved finds that out before it writes.
    private static void PutBack(string aside, string path)
    {
        try
        {
            File.Move(aside, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(aside);
        }
    }

    /// <summary>
    /// Whether this is the holder still. Where half the time has passed after which others take over, by either clock of this host, it
    /// beats before it answers: a machine that slept has lost time on one of them.
    /// </summary>
    public bool IsHolder
    {
        get
        {
            lock (_lock)
            {
                if (!IsFresh) Beat();
                return !_isLost && IsFresh;
            }
        }
    }

    private bool IsFresh => !_host.HasPassed(LockHost.Takeover / 2, _shown);

    /// <summary>The folder has been renamed by the holder.</summary>
    public void MovedTo(string run)
    {
        lock (_lock) _run = run;
    }

    private void Beat()
    {
        lock (_lock)
        {
            if (_isDisposed || _isLost) return;
            try
            {
                var before = _host.Now;
                _holder = _holder with { Beat = _holder.Beat + 1 };
                // By the file that it made, so that it never writes into another holder's.
                RandomAccess.Write(_file, Encoding.UTF8.GetBytes(_holder.Text), 0);
                RandomAccess.FlushToDisk(_file);
                // Only then: whoever has moved the file away before this look has moved it with the beat in it or not, and in the one case
                // puts it back, in the other is seen here.
                var holder = RunHolder.TryRead(_run);
                // A folder that was moved tells nothing; its lock is looked at before each writing.
                if (holder is null && !File.Exists(Path.Combine(_run, RunLock.Name))) return;
                if (holder?.Id == _holder.Id) _shown = before;
                else _isLost = true;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Whoever writes to the run next finds out; a beat that fails once may succeed the next time.
            }
        }
    }

    /// <summary>The run is let go: takes the file away, where it is this holder's.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            if (_isDisposed) return;
            try
            {
                if (RunHolder.TryRead(_run)?.Id == _holder.Id) File.Delete(Path.Combine(_run, RunHolder.Name));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // The folder is gone, or no longer ours; what is left of it is known to be dead on this host, and elsewhere in a minute.
            }
        }
    }

    /// <summary>Beats no more.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_lock)
        {
            _isDisposed = true;
            _file.Dispose();
        }
    }
}
