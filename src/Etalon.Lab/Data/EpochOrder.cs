using Etalon.Engine.Random;

namespace Etalon.Lab.Data;

/// <summary>The order in which an epoch visits the training examples: a permutation that only (seed, epoch) decides.</summary>
public static class EpochOrder
{
    /// <summary>
    /// Writes the permutation of 0, 1, ..., length - 1 for an epoch, from the counter-based stream (seed, "order", epoch); every permutation is
    /// equally likely.
    /// </summary>
    /// <param name="order">Receives the index of the example at each place.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="epoch"/> is negative.</exception>
    public static void Fill(Span<int> order, ulong seed, int epoch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        Permutation.Fill(order, new CounterStream(seed, "order", epoch: (uint)epoch));
    }
}
