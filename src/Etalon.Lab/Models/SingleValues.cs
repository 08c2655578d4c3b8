using System.Numerics;
using Etalon.Engine;

namespace Etalon.Lab.Models;

/// <summary>
/// Refuses to train batch normalization where a batch has a single number for a channel: its own mean leaves nothing of it. The layers of
/// one image refuse themselves, when the network is built.
/// </summary>
internal static class SingleValues
{
    /// <summary>Looks at each batch normalization of a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="smallestBatch">Images of the smallest batch that it will train on.</param>
    /// <exception cref="InputException">One would take its statistics of a single number.</exception>
    public static void Refuse<T>(Network<T> network, int smallestBatch) where T : unmanaged, IFloatingPointIeee754<T>
    {
        foreach (var layer in network.Layers.OfType<BatchNormalization<T>>())
        {
            if ((long)smallestBatch * layer.ValuesPerImage > 1) continue;
            throw new InputException(
                $"data.batch: a batch of one image leaves batch normalization a single number for each channel of layer {layer.Name}, of "
                + $"which nothing is left; "
                + "write data.drop_last: true where the last batch of an epoch has one image, a larger batch, or norm: layer");
        }
    }
}
