using System.Numerics;
using Etalon.Engine.Layers;
using Etalon.Engine.Memory;
using Etalon.Engine.Parallel;

namespace Etalon.Engine;

/// <summary>One pass over a batch: who works, on how many images, with which scratch.</summary>
/// <remarks>
/// A batch is cut into at most <see cref="MaxChunks"/> chunks of images. The cut depends on the batch alone, so a sum that is taken
/// chunk by chunk has the same bits for any number of threads. Sixteen chunks keep eight threads busy and the partial weight gradients
/// of a batch within a few megabytes.
/// </remarks>
internal sealed unsafe class Pass<T> : IDisposable where T : unmanaged, IFloatingPointIeee754<T>
{
    public const int MaxChunks = BatchChunks.Most;

    private readonly Region<T> _memory = new();
    private readonly T* _scratch;
    private readonly int _scratchLength;
    private bool _isDescending;

    /// <summary>Passes through these layers, one at a time: scratch and partial gradients are as large as the largest needs.</summary>
    public Pass(Workers workers, IReadOnlyList<Layer<T>> layers)
    {
        Workers = workers;
        long scratchLength = ScratchLengthFor(layers);
        if (scratchLength > int.MaxValue) throw new RegionFullException("scratch", scratchLength);
        _scratchLength = (int)scratchLength;
        var scratch = _memory.Declare("scratch", workers.Count, _scratchLength);
        var partials = _memory.Declare("partials", MaxChunks, PartialLengthFor(layers));
        _memory.Allocate();
        _scratch = scratch.Pointer;
        Partials = partials.Pointer;
    }

    /// <summary>Numbers of memory that passes through these layers need.</summary>
    public static long LengthFor(int threads, IReadOnlyList<Layer<T>> layers) =>
        threads * ScratchLengthFor(layers) + (long)MaxChunks * PartialLengthFor(layers);

    private static long ScratchLengthFor(IReadOnlyList<Layer<T>> layers) =>
        Math.Max(16, layers.Max(layer => layer.ScratchLength) + 15) / 16 * 16;

    private static int PartialLengthFor(IReadOnlyList<Layer<T>> layers) => Math.Max(1, layers.Max(layer => layer.PartialLength));

    public Workers Workers { get; }

    /// <summary>Partial parameter gradients, [chunk][length of the layer at work].</summary>
    public T* Partials { get; }

    /// <summary>Numbers of memory that it holds.</summary>
    public long Length => _memory.Length;

    /// <summary>Images in this batch.</summary>
    public int Images { get; private set; }

    /// <summary>Whether batch normalization uses this batch's statistics (and updates the running ones) or the running ones.</summary>
    public bool IsTraining { get; private set; }

    public int ChunkSize { get; private set; }

    public int Chunks { get; private set; }

    public void Begin(int images, bool isTraining)
    {
        (Images, IsTraining) = (images, isTraining);
        ChunkSize = BatchChunks.SizeOf(images);
        Chunks = BatchChunks.Of(images);
    }

    /// <summary>
    /// Calls the body for each chunk. Every other call goes from the last chunk to the first: what a layer wrote last is still in the
    /// third-level cache, and the next layer begins with it.
    /// </summary>
    public void RunChunks(Action<int, int> body)
    {
        _isDescending = !_isDescending;
        Workers.Run(Chunks, body, _isDescending);
    }

    public T* Scratch(int worker) => _scratch + (long)worker * _scratchLength;

    /// <summary>The images of a chunk: first, and one past the last.</summary>
    public (int Begin, int End) ImagesOf(int chunk) => (chunk * ChunkSize, Math.Min(Images, (chunk + 1) * ChunkSize));

    public void Dispose() => _memory.Dispose();
}
