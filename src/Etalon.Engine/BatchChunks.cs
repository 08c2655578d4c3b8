namespace Etalon.Engine;

/// <summary>
/// How a batch is cut for the threads that compute it: into chunks of as many images each, 16 at most, whatever the number of threads.
/// </summary>
public static class BatchChunks
{
    /// <summary>The most chunks, and so the most threads that any batch keeps busy.</summary>
    public const int Most = 16;

    /// <summary>
    /// Chunks of a batch: n images in chunks of c = ceil(n / 16) are ceil(n / c). More threads than that have nothing to do.
    /// </summary>
    /// <param name="images">Images of the batch, at least 1.</param>
    public static int Of(int images) => (images + SizeOf(images) - 1) / SizeOf(images);

    /// <summary>The images of a batch that a rank computes: first, and one past the last. A small batch may leave it none.</summary>
    /// <param name="images">Images of the batch, at least 1.</param>
    /// <param name="rank">The rank, from 0.</param>
    /// <param name="ranks">How many ranks there are.</param>
    public static (int Begin, int End) ImagesOf(int images, int rank, int ranks)
    {
        int size = SizeOf(images), chunks = Of(images);
        return (Math.Min(images, FirstOf(rank, ranks, chunks) * size), Math.Min(images, FirstOf(rank + 1, ranks, chunks) * size));
    }

    /// <summary>
    /// The first chunk of a rank, of n that ranks divide evenly in their order: ceil(n rank / ranks). The first rank has one in any case.
    /// </summary>
    internal static int FirstOf(int rank, int ranks, int chunks) => (rank * chunks + ranks - 1) / ranks;

    internal static int SizeOf(int images) => (images + Most - 1) / Most;
}
