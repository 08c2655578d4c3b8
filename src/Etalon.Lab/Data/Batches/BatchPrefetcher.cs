using System.Numerics;
using System.Runtime.ExceptionServices;

namespace Etalon.Lab.Data;

/// <summary>
/// Reads the batches of a source one after another, epoch after epoch, on a thread of its own, so that the next batch is ready while the
/// current one trains.
/// </summary>
/// <remarks>
/// Two batches exist: the caller's and the one being filled. Nothing is allocated for a batch after the start. The batches are the same
/// bits that <see cref="BatchSource{T}.Fill"/> gives. The source belongs to the prefetcher until it is disposed.
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class BatchPrefetcher<T> : IDisposable where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly BatchSource<T> _source;
    private readonly Batch<T>[] _batches;
    private readonly SemaphoreSlim _free = new(2), _filled = new(0);
    private volatile bool _stopped;
    private volatile ExceptionDispatchInfo? _failure;
    private volatile int _read;
    private bool _holdsOne, _disposed;
    private int _taken;

    /// <summary>Begins to read.</summary>
    /// <param name="source">What to read.</param>
    /// <param name="epoch">The epoch of the first batch, from 0.</param>
    /// <param name="batch">The first batch in that epoch, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such epoch or batch.</exception>
    public BatchPrefetcher(BatchSource<T> source, int epoch = 0, int batch = 0)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(batch);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(batch, source.BatchesPerEpoch);
        _source = source;
        _batches = [new(source), new(source)];
        Reader = new Thread(() => FillForever(epoch, batch)) { IsBackground = true, Name = "batch prefetch" };
        Reader.Start();
    }

    /// <summary>The thread that reads.</summary>
    internal Thread Reader { get; }

    /// <summary>The next batch; it stays valid until the next call. What the reading thread threw, this throws.</summary>
    /// <exception cref="ObjectDisposedException">The prefetcher was disposed.</exception>
    public Batch<T> Next()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_holdsOne) _free.Release();
        _holdsOne = false;
        _filled.Wait();
        if (_taken == _read && _failure is { } failure)
        {
            _filled.Release(); // so that a further call throws it again instead of waiting for ever
            failure.Throw();
        }
        _holdsOne = true;
        return _batches[_taken++ & 1];
    }

    /// <summary>Stops reading and waits for the thread to end; at most as long as one batch takes.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _stopped = true;
        _free.Release();
        Reader.Join();
        _free.Dispose();
        _filled.Dispose();
    }

    private void FillForever(int epoch, int batch)
    {
        try
        {
            for (var slot = 0; ; slot ^= 1)
            {
                _free.Wait();
                if (_stopped) return;
                _batches[slot].Read(_source, epoch, batch);
                _read++;
                _filled.Release();
                if (++batch < _source.BatchesPerEpoch) continue;
                batch = 0;
                epoch = checked(epoch + 1);
            }
        }
#pragma warning disable CA1031 // Whatever it was, the caller of Next must see it: a thread that dies alone would take the process with it.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _failure = ExceptionDispatchInfo.Capture(failure);
            _filled.Release();
        }
    }
}
