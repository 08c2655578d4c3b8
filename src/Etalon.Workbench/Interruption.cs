using System.Runtime.InteropServices;

namespace Etalon.Workbench;

/// <summary>
/// Ctrl-C, a termination signal, and a terminal that goes away (SIGINT, SIGTERM, SIGHUP). A command that watches for it ends by itself, a
/// run with a
/// checkpoint; else the process ends at once, and what it was writing is taken away. The exit code is 130 either way.
/// </summary>
internal sealed class Interruption : IDisposable
{
    // A run writes a checkpoint after the update at work; who is not done by then never will be.
    private static readonly TimeSpan TimeToStop = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan TimeToSay = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _source = new();
    private readonly Lock _lock = new();
    private readonly List<PosixSignalRegistration> _signals = [];
    private bool _isAwaited, _hasCome;

    /// <summary>Listens from now on. A signal that the process was started to ignore (nohup) stays ignored.</summary>
    public Interruption()
    {
        foreach (var signal in (ReadOnlySpan<PosixSignal>)[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
            _signals.Add(PosixSignalRegistration.Create(signal, Interrupt));
    }

    /// <summary>What a command watches.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>From now on the command watches, and ends by itself.</summary>
    public void Await()
    {
        lock (_lock) _isAwaited = true;
    }

    private void Interrupt(PosixSignalContext context)
    {
        context.Cancel = true;
        // A terminal that is closed sends several signals, and so does `timeout`: all after the first say nothing new.
        lock (_lock)
        {
            if (_hasCome) return;
            _hasCome = true;
            if (!_isAwaited) End();
        }
        _source.Cancel();
        Task.Delay(TimeToStop).ContinueWith(_ => End(), TaskScheduler.Default);
    }

    private static void End()
    {
        // Not on this thread: where a terminal is held (Ctrl-S), or nobody empties a pipe, whoever writes to it waits, and so would the
        // end.
        Task.Run(() => Console.Error.WriteLine("etalon: interrupted")).Wait(TimeToSay);
        Environment.Exit(ExitCode.Interrupted);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var signal in _signals) signal.Dispose();
        _source.Dispose();
    }
}
