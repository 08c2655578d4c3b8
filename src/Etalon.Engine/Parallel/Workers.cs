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
    private int _chunks, _next, _running, _generation;
    private bool _isDescending, _stopped;
    private ExceptionDispatchInfo? _failure;

    /// <summary>A team of <paramref name="count"/> threads, of which the caller's is one.</summary>
    /// <param name="count">At least 1.</param>
    public Workers(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Count = count;
        _threads = new Thread[count - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            int worker = i + 1;
            _threads[i] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"worker {worker}" };
            _threads[i].Start();
        }
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
        (_body, _chunks, _next, _failure, _isDescending) = (body, chunks, 0, null, isDescending);
        Volatile.Write(ref _running, _threads.Length);
        if (_threads.Length > 0)
            lock (_gate)
            {
                _generation++;
                Monitor.PulseAll(_gate);
            }
        TakeChunks(0);
        WaitForOthers();
        _body = null;
        _failure?.Throw();
    }

    private void TakeChunks(int worker)
    {
        try
        {
            for (int taken; (taken = Interlocked.Increment(ref _next) - 1) < _chunks;)
                _body!(_isDescending ? _chunks - 1 - taken : taken, worker);
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), null);
            Volatile.Write(ref _next, _chunks);
        }
    }

    private void WaitForOthers()
    {
        for (int i = 0; i < Spins; i++)
        {
            if (Volatile.Read(ref _running) == 0) return;
            Thread.SpinWait(8);
        }
        lock (_gate)
            while (Volatile.Read(ref _running) != 0)
                Monitor.Wait(_gate);
    }

    private void Work(int worker)
    {
        int seen = 0;
        while (WaitForWork(ref seen))
        {
            TakeChunks(worker);
            if (Interlocked.Decrement(ref _running) == 0)
                lock (_gate)
                    Monitor.PulseAll(_gate);
        }
    }

    private bool WaitForWork(ref int seen)
    {
        for (int i = 0; i < Spins && Volatile.Read(ref _generation) == seen; i++) Thread.SpinWait(8);
        lock (_gate)
        {
            while (_generation == seen) Monitor.Wait(_gate);
            seen = _generation;
            return !_stopped;
        }
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            _generation++;
            Monitor.PulseAll(_gate);
        }
        foreach (var thread in _threads) thread.Join();
    }
}
