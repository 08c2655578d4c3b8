using System.Runtime.ExceptionServices;

namespace Etalon.Engine;

/// <summary>
/// A fixed team of threads that work through numbered chunks together. Which thread takes which chunk is left open; what a chunk
/// computes must depend on its number alone, so that results are the same bits for any number of threads.
/// </summary>
/// <remarks>
/// A waiting thread spins for a moment, then blocks: with another busy process on the machine, threads that only spin cost it and
/// themselves most of the speed.
/// </remarks>
public sealed class Workers : IDisposable
{
    // About 20 microseconds on the machines measured: longer than the gaps between two layers, shorter than a scheduler's slice.
    private const int Spins = 400;

    private readonly Thread[] _threads;
    private readonly object _gate = new();
    private Action<int, int>? _body;
    private int _chunks, _untaken, _unfinished;
    private bool _isDescending, _stopped;
    private ExceptionDispatchInfo? _failure;

    /// <summary>A team of <paramref name="count"/> threads, of which the caller's is one.</summary>
    /// <param name="count">At least 1.</param>
    /// <exception cref="IOException">The system does not let so many threads start; those that did have ended.</exception>
    public Workers(int count) : this(count, static thread => thread.Start()) { }

    /// <summary>The same, with threads started so.</summary>
    internal Workers(int count, Action<Thread> start)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Count = count;
        var threads = new List<Thread>();
        _threads = [];
        try
        {
            for (int worker = 1; worker < count; worker++) threads.Add(Started(worker, start));
        }
        catch (OutOfMemoryException exception)
        {
            // The runtime's word for a thread that the system refuses, whatever the reason.
            throw new IOException(
                $"the system let {threads.Count + 1} of {count} threads run; compute with fewer, or raise its limit of processes",
                exception);
        }
        finally
        {
            _threads = [.. threads];
            if (threads.Count < count - 1) Dispose();
        }
    }

    private Thread Started(int worker, Action<Thread> start)
    {
        var thread = new Thread(() => Work(worker)) { IsBackground = true, Name = $"worker {worker}" };
        start(thread);
        return thread;
    }

    /// <summary>How many threads work, the caller's included.</summary>
    public int Count { get; }

    /// <summary>
    /// Calls <paramref name="body"/>(chunk, worker) once for each chunk in 0 .. <paramref name="chunks"/> - 1 and returns when all are
    /// done. <c>worker</c> is in 0 .. <see cref="Count"/> - 1: no two calls with the same one overlap, so it may index scratch.
    /// </summary>
    /// <exception cref="Exception">Whatever the first failing chunk threw; the chunks not yet begun are skipped.</exception>
    /// <param name="chunks">How many.</param>
    /// <param name="body">What to call.</param>
    /// <param name="isDescending">Whether the last chunk is taken first. Default: false.</param>
    public void Run(int chunks, Action<int, int> body, bool isDescending = false)
    {
        if (chunks == 1)
        {
            body(0, 0);
            return;
        }
        (_body, _chunks, _unfinished, _failure, _isDescending) = (body, chunks, chunks, null, isDescending);
        Volatile.Write(ref _untaken, chunks);
        if (_threads.Length > 0)
            lock (_gate)
                Monitor.PulseAll(_gate);
        TakeChunks(0);
        WaitForChunks();
        _body = null;
        _failure?.Throw();
    }

    // A call ends with its last chunk, not with its last thread: one that the system has not let run since it was woken took no
    // chunk, and nobody waits for it. Whoever has taken a chunk holds the call open, so it reads the body and the count of this call.
    private void TakeChunks(int worker)
    {
        while (TryTake(out int untaken))
        {
            try
            {
                if (_failure is null) _body!(_isDescending ? untaken - 1 : _chunks - untaken, worker);
            }
            catch (Exception exception)
            {
                Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), null);
            }
            if (Interlocked.Decrement(ref _unfinished) == 0 && worker > 0)
                lock (_gate)
                    Monitor.PulseAll(_gate);
        }
    }

    private bool TryTake(out int untaken)
    {
        while ((untaken = Volatile.Read(ref _untaken)) > 0)
            if (Interlocked.CompareExchange(ref _untaken, untaken - 1, untaken) == untaken)
                return true;
        return false;
    }

    private void WaitForChunks()
    {
        for (int i = 0; i < Spins; i++)
        {
            if (Volatile.Read(ref _unfinished) == 0) return;
            Thread.SpinWait(8);
        }
        lock (_gate)
            while (Volatile.Read(ref _unfinished) != 0)
                Monitor.Wait(_gate);
    }

    private void Work(int worker)
    {
        while (WaitForWork()) TakeChunks(worker);
    }

    private bool WaitForWork()
    {
        for (int i = 0; i < Spins && Volatile.Read(ref _untaken) == 0; i++) Thread.SpinWait(8);
        lock (_gate)
        {
            while (_untaken == 0 && !_stopped) Monitor.Wait(_gate);
            return !_stopped;
        }
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.PulseAll(_gate);
        }
        foreach (var thread in _threads) thread.Join();
    }
}
