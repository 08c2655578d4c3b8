using System.Numerics;
using Etalon.Engine;

namespace Etalon.Lab.Data;

/// <summary>
/// A second training batch for any update, drawn independently of the one that the update trains on and with as many images: an order and
/// variations of its own, from another seed.
/// </summary>
internal sealed class SecondBatches<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly BatchSource<T> _source;
    private readonly Batch<T> _batch;

    /// <param name="data">The data that is trained on.</param>
    /// <param name="batch">Images in a batch.</param>
    /// <param name="options">How the training batches are read.</param>
    public SecondBatches(DataSet data, int batch, BatchOptions options)
    {
        var stream = new CounterStream(options.Seed, "second batch");
        ulong seed = (ulong)stream.NextUInt() << 32 | stream.NextUInt();
        _source = BatchSource<T>.ForTraining(data, batch, options with { Seed = seed });
        _batch = new Batch<T>(_source);
    }

    /// <summary>The one of update <paramref name="step"/>; overwritten by the next call.</summary>
    public Batch<T> At(long step)
    {
        _batch.Read(_source, (int)(step / _source.BatchesPerEpoch), (int)(step % _source.BatchesPerEpoch));
        return _batch;
    }
}
