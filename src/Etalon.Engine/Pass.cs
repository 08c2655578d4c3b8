using System.Numerics;
using Etalon.Engine.Parallel;

namespace Etalon.Engine;

/// <summary>One pass over a batch: who works, on how many images, with which scratch.</summary>
/// <remarks>
/// A batch is cut into at most <see cref="MaxChunks"/> chunks of images. The cut depends on the batch alone, so a sum that is taken
/// chunk by chunk has the same bits for any number of threads. Sixteen chunks keep eight threads busy and the partial weight gradients
/// of a batch within a few megabytes.
/// </remarks>
internal sealed unsafe class Pass<T>(Workers workers, T* scratch, long scratchLength, T* partials) where T : unmanaged, IFloatingPointIeee754<T>
{
    public const int MaxChunks = 16;

    public Workers Workers { get; } = workers;

    /// <summary>Partial parameter gradients, [chunk][length of the layer at work].</summary>
    public T* Partials { get; } = partials;

    /// <summary>Images in this batch.</summary>
    public int Images { get; private set; }

    /// <summary>Whether batch normalization uses this batch's statistics (and updates the running ones) or the running ones.</summary>
    public bool IsTraining { get; private set; }

    public int ChunkSize { get; private set; }

    public int Chunks { get; private set; }

    public void Begin(int images, bool isTraining)
    {
        (Images, IsTraining) = (images, isTraining);
        ChunkSize = (images + MaxChunks - 1) / MaxChunks;
        Chunks = (images + ChunkSize - 1) / ChunkSize;
    }

    public T* Scratch(int worker) => scratch + worker * scratchLength;

    /// <summary>The images of a chunk: first, and one past the last.</summary>
    public (int Begin, int End) ImagesOf(int chunk) => (chunk * ChunkSize, Math.Min(Images, (chunk + 1) * ChunkSize));
}
