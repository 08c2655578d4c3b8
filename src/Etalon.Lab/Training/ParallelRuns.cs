using System.Collections.Concurrent;

namespace Etalon.Lab.Training;

/// <summary>Many runs, several at a time.</summary>
internal static class ParallelRuns
{
    /// <summary>Does something for each item; what one of them throws ends it, after those at work.</summary>
    /// <param name="items">The items; begun in this order.</param>
    /// <param name="parallel">How many at a time.</param>
    /// <param name="act">What to do.</param>
    /// <param name="cancellation">Begins no more of them.</param>
    public static void ForEach<TItem>(IReadOnlyList<TItem> items, int parallel, Action<TItem> act, CancellationToken cancellation)
    {
        // One by one: handed out in runs of neighbors, the slow ones would come together at the end.
        var queue = Partitioner.Create(items, EnumerablePartitionerOptions.NoBuffering);
        try
        {
            Parallel.ForEach(queue, new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellation }, act);
        }
        catch (AggregateException several)
        {
            throw several.InnerExceptions.FirstOrDefault(exception => exception is not OperationCanceledException)
                ?? several.InnerExceptions[0];
        }
    }
}
