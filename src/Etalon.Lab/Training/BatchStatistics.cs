using System.Numerics;
using Etalon.Engine;
using Etalon.Lab.Data;

namespace Etalon.Lab.Training;

/// <summary>
/// Gathers the running statistics of batch normalization for weights that were never trained at, such as a mean of weights: their means
/// over the first batches of the first epoch. The same batches each time, so that they follow from the weights alone.
/// </summary>
internal sealed class BatchStatistics<T>(Network<T> network, BatchSource<T> source) where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>
    /// At most so many batches. With 128 images each the mean of a channel over 4,096 images is off by a 64th of its spread, where the
    /// layers' own share of 0.1 leaves a 50th.
    /// </summary>
    public const int MostBatches = 32;

    /// <summary>Replaces the statistics.</summary>
    public void Gather()
    {
        using var batches = new BatchPrefetcher<T>(source);
        for (int i = 0; i < Math.Min(MostBatches, source.BatchesPerEpoch); i++)
        {
            var batch = batches.Next();
            network.StatisticsShare = 1.0 / (i + 1);
            network.Forward(batch.Pixels, batch.Labels, isTraining: true);
        }
        network.StatisticsShare = null;
    }
}
