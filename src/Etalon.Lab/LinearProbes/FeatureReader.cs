using System.Numerics;
using Etalon.Engine;
using Etalon.Lab.Data;
using Etalon.Lab.Models;

namespace Etalon.Lab.LinearProbes;

/// <summary>
/// Reads the features of images from a network that stays as it is: what its last linear layer takes in, in evaluation mode.
/// </summary>
internal static class FeatureReader
{
    /// <summary>The features of a split, image by image in its order.</summary>
    /// <param name="network">The network; running statistics are used and not changed.</param>
    /// <param name="data">The data set, whose own statistics standardize the images; they have the network's size.</param>
    /// <param name="split">A split of it.</param>
    /// <param name="cancellation">Whoever cancels waits for a batch only.</param>
    public static FeatureTable Read<T>(Network<T> network, DataSet data, Split split, CancellationToken cancellation = default)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var features = Model.FeaturesOf(network);
        var row = new T[features.Map.ImageLength];
        var values = new double[split.Count * row.Length];
        var labels = new int[split.Count];
        var source = BatchSource<T>.InOrder(data, split, network.MaxBatch);
        // The loss is not read; the split's classes may be more than the network's.
        var noLabels = new int[source.BatchSize];
        using var batches = new BatchPrefetcher<T>(source);
        for (int i = 0, first = 0; i < source.BatchesPerEpoch; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var batch = batches.Next();
            network.Forward(batch.Pixels, noLabels.AsSpan(0, batch.Count), isTraining: false);
            batch.Labels.CopyTo(labels.AsSpan(first));
            for (int image = 0; image < batch.Count; image++, first++)
            {
                network.CopyValues(features, image, row);
                for (int j = 0; j < row.Length; j++) values[first * row.Length + j] = double.CreateTruncating(row[j]);
            }
        }
        return new FeatureTable(values, labels, data.ClassCount);
    }
}
