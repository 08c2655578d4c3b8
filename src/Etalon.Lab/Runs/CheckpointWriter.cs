namespace Etalon.Lab.Runs;

/// <summary>
/// Writes checkpoints while training continues: <see cref="Begin"/> copies the state, another thread hashes the copy and brings it to the
/// disk. One is written at a time; what failed is thrown by the next call.
/// </summary>
internal sealed class CheckpointWriter(CheckpointFolder folder, IReadOnlyList<StoredTensor> tensors, Action flushMetrics) : IDisposable
{
    private readonly Snapshot _snapshot = new(tensors);
    private Task _writing = Task.CompletedTask;
    private long? _kept;

    /// <summary>Keeps the state of now; waits first for a checkpoint that is still being written.</summary>
    /// <param name="step">The updates done.</param>
    /// <param name="spared">The earlier checkpoints that stay besides the last ones: the best, the ends of stages.</param>
    /// <param name="metadata">Everything but the tensors.</param>
    public void Begin(long step, IReadOnlyCollection<long> spared, IReadOnlyDictionary<string, string> metadata)
    {
        Finish();
        _snapshot.Take();
        _writing = Task.Run(() => Write(step, spared, metadata));
    }

    /// <summary>Throws what a checkpoint that has ended failed with; costs nothing otherwise.</summary>
    public void ThrowIfFailed()
    {
        if (_writing.IsFaulted) Finish();
    }

    /// <summary>Waits until the checkpoint being written is on the disk.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    public void Finish() => _writing.GetAwaiter().GetResult();

    /// <summary>Writes the state of now at once, and comes back when it is on the disk: what a run begins with.</summary>
    public static void WriteFirst(CheckpointFolder folder, IReadOnlyList<StoredTensor> tensors, long step,
        IReadOnlyDictionary<string, string> metadata)
    {
        var snapshot = new Snapshot(tensors);
        snapshot.Take();
        folder.Prepare();
        folder.Write(step, [], CheckpointSeal.Seal(metadata, snapshot.Entries, snapshot.Bytes), snapshot.Bytes);
    }

    private void Write(long step, IReadOnlyCollection<long> spared, IReadOnlyDictionary<string, string> metadata)
    {
        try
        {
            // A checkpoint counts on the metrics before it.
            flushMetrics();
            folder.Write(step, spared, CheckpointSeal.Seal(metadata, _snapshot.Entries, _snapshot.Bytes), _snapshot.Bytes);
            _kept = step;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"the checkpoint of update {step} could not be written: {exception.Message.TrimEnd('.')}; "
                + (_kept is { } kept ? $"the last good one is {folder.PathOf(kept)}" : $"earlier ones in {folder.Path} are as they were"),
                exception);
        }
    }

    /// <summary>Waits for a checkpoint that is still being written, whatever becomes of it.</summary>
    public void Dispose() => Task.WhenAny(_writing).Wait();
}
