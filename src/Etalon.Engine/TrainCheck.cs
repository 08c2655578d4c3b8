using System.Numerics;

namespace Etalon.Engine;

/// <summary>What would let <see cref="Network{T}.Train"/> run and learn nothing, refused before it does.</summary>
internal sealed class TrainCheck<T>(Region<T> parameters, Region<T> gradients) where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Whether weights were initialized or loaded, or are known not to be all 0.</summary>
    public bool HasWeights { get; set; }

    /// <summary>Refuses an optimizer of another network, weights that nobody set, and a first momentum that cannot be meant.</summary>
    /// <exception cref="ArgumentException">The optimizer or a momentum.</exception>
    /// <exception cref="InvalidOperationException">The weights.</exception>
    public void Before(Optimizer<T> optimizer, ReadOnlySpan<Hyperparameters> numbers)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        if (!optimizer.IsOf(parameters, gradients))
            throw new ArgumentException(
                "the optimizer was made for the parameters of another network, which would change while this one stays; make one of "
                + "network.Parameters and network.Gradients", nameof(optimizer));
        if (!HasWeights) RequireWeights();
        if (optimizer.Steps == 0) foreach (var ofGroup in numbers) ofGroup.CheckFirst();
    }

    // A single layer learns from 0; of two, each has a gradient of 0 where the other is 0.
    private void RequireWeights()
    {
        int zeros = 0;
        foreach (var tensor in parameters.Tensors)
        {
            if (tensor.Shape.Count < 2) continue;
            if (tensor.Span.ContainsAnyExcept(T.Zero))
            {
                HasWeights = true;
                return;
            }
            zeros++;
        }
        if (zeros > 1)
            throw new InvalidOperationException(
                "all weights are 0, and a network of zeros learns nothing; call Initialize(seed: 1) or Load before Train");
        HasWeights = true;
    }
}
