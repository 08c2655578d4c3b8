using Etalon.Engine;

namespace Etalon.Lab.Data;

/// <summary>The order in which an epoch visits the training examples: a permutation that only (seed, epoch) decides.</summary>
internal static class EpochOrder
{
    /// <summary>
    /// Writes the permutation of 0, 1, ..., length - 1 for an epoch, from the counter-based stream (seed, "order", epoch); every
    /// permutation is equally likely.
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

/// <summary>Random orders.</summary>
internal static class Permutation
{
    /// <summary>
    /// Writes a permutation of 0, 1, ..., length - 1, each equally likely: Fisher and Yates' shuffle with unbiased draws.
    /// </summary>
    public static void Fill(Span<int> order, CounterStream stream)
    {
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        for (var i = order.Length - 1; i > 0; i--)
        {
            var j = (int)stream.NextBelow((uint)i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
    }

    /// <summary>Of so many examples a share, each set of that size equally likely: round(fraction x count) of them.</summary>
    public static bool[] Choose(int count, double fraction, CounterStream stream)
    {
        var order = new int[count];
        Fill(order, stream);
        var chosen = (int)Math.Round(fraction * count);
        return Array.ConvertAll(order, place => place < chosen);
    }
}
