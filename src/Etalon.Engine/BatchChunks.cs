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

    /// <summary>
    /// The first chunk of a rank, of n that ranks divide evenly in their order: ceil(n rank / ranks). The first rank has one in any case.
    /// </summary>
    internal static int FirstOf(int rank, int ranks, int chunks) => (rank * chunks + ranks - 1) / ranks;

    internal static int SizeOf(int images) => (images + Most - 1) / Most;
}
