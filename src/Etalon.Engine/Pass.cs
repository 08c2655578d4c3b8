using System.Numerics;
using Etalon.Engine.Ranks;

namespace Etalon.Engine;

/// <summary>One pass over a batch: who works, on how many images, with which scratch.</summary>
/// <remarks>
/// A batch is cut into at most <see cref="MaxChunks"/> chunks of images. The cut depends on the batch alone, so a sum that is taken
/// chunk by chunk has the same bits for any number of threads. Sixteen chunks keep eight threads busy and the partial weight gradients
/// of a batch within a few megabytes. With several ranks each computes a range of the chunks: the layers count only their own rank's.
/// </remarks>
internal sealed unsafe class Pass<T> : IDisposable where T : unmanaged, IFloatingPointIeee754<T>
{
    public const int MaxChunks = BatchChunks.Most;

    private readonly Region<T> _memory = new();
    private readonly T* _scratch, _partials;
    private readonly int _scratchLength, _partialLength;
    private readonly Communicator _ranks;
    private readonly RowGather _rows;
    private readonly OrderedSums _sums;
    private readonly int[] _imageBegins;
    private readonly Action<int, int> _runOwn;
    private readonly IOrderedSum?[] _holders;
    private Action<int, int>? _body;
    private int _chunkSize, _firstChunk, _nextHolder;
    private bool _isDescending;

    /// <summary>Passes through these layers, one at a time: scratch and partial gradients are as large as the largest needs.</summary>
    public Pass(Workers workers, Communicator ranks, IReadOnlyList<Layer<T>> layers)
    {
        (Workers, _ranks) = (workers, ranks);
        long scratchLength = ScratchLengthFor(layers);
        if (scratchLength > int.MaxValue) throw new RegionFullException("scratch", scratchLength);
        (_scratchLength, _partialLength) = ((int)scratchLength, PartialLengthFor(layers));
        var scratch = _memory.Declare("scratch", workers.Count, _scratchLength);
        var partials = _memory.Declare("partials", MaxChunks, _partialLength);
        _memory.Allocate();
        _scratch = scratch.Pointer;
        _partials = partials.Pointer;
        _rows = new RowGather(ranks);
        _sums = new OrderedSums(ranks, SumsOf(layers));
        _imageBegins = new int[ranks.Size + 1];
        _holders = new IOrderedSum?[MaxChunks];
        _runOwn = RunOwn;
    }

    // In the order in which the backward pass comes to them.
    private static IEnumerable<IOrderedSum> SumsOf(IReadOnlyList<Layer<T>> layers)
    {
        for (int i = layers.Count - 1; i >= 0; i--)
            if (layers[i].GradientSum is { } sum) yield return sum;
    }

    /// <summary>Numbers of memory that passes through these layers need.</summary>
    public static long LengthFor(int threads, IReadOnlyList<Layer<T>> layers) =>
        threads * ScratchLengthFor(layers) + (long)MaxChunks * PartialLengthFor(layers);

    private static long ScratchLengthFor(IReadOnlyList<Layer<T>> layers) =>
        Math.Max(16, layers.Max(layer => layer.ScratchLength) + 15) / 16 * 16;

    private static int PartialLengthFor(IReadOnlyList<Layer<T>> layers) => Math.Max(1, layers.Max(layer => layer.PartialLength));

    public Workers Workers { get; }

    /// <summary>Numbers of memory that it holds.</summary>
    public long Length => _memory.Length;

    /// <summary>Images in this batch, those of other ranks included.</summary>
    public int Images { get; private set; }

    /// <summary>The first image that this rank computes; 0 in a process by itself.</summary>
    public int FirstImage { get; private set; }

    /// <summary>One past the last image that this rank computes.</summary>
    public int EndImage { get; private set; }

    /// <summary>Images that this rank computes.</summary>
    public int OwnImages => EndImage - FirstImage;

    /// <summary>Whether batch normalization uses this batch's statistics (and updates the running ones) or the running ones.</summary>
    public bool IsTraining { get; private set; }

    /// <summary>Chunks of this batch that this rank computes.</summary>
    public int Chunks { get; private set; }

    public void Begin(int images, bool isTraining)
    {
        (Images, IsTraining) = (images, isTraining);
        _chunkSize = BatchChunks.SizeOf(images);
        int chunks = BatchChunks.Of(images);
        for (int rank = 0; rank < _imageBegins.Length; rank++)
            _imageBegins[rank] = BatchChunks.ImagesOf(images, rank, _ranks.Size).Begin;
        _firstChunk = BatchChunks.FirstOf(_ranks.Rank, _ranks.Size, chunks);
        Chunks = BatchChunks.FirstOf(_ranks.Rank + 1, _ranks.Size, chunks) - _firstChunk;
        (FirstImage, EndImage) = (_imageBegins[_ranks.Rank], _imageBegins[_ranks.Rank + 1]);
    }

    /// <summary>
    /// Calls the body for each chunk of this rank, counted from 0. Every other call goes from the last chunk to the first: what a layer
    /// wrote last is still in the third-level cache, and the next layer begins with it.
    /// </summary>
    public void RunChunks(Action<int, int> body)
    {
        _isDescending = !_isDescending;
        _body = body;
        if (Chunks > 0) Workers.Run(Chunks, _ranks.IsAlone ? body : _runOwn, _isDescending);
    }

    // Messages move only while somebody looks, and only the thread that trains may look.
    private void RunOwn(int chunk, int worker)
    {
        _body!(chunk, worker);
        if (worker == 0) _sums.Advance(mayAdd: false);
    }

    public T* Scratch(int worker) => _scratch + (long)worker * _scratchLength;

    /// <summary>The images of a chunk of this rank: first, and one past the last.</summary>
    public (int Begin, int End) ImagesOf(int chunk) =>
        ((_firstChunk + chunk) * _chunkSize, Math.Min(Images, (_firstChunk + chunk + 1) * _chunkSize));

    /// <summary>
    /// The rows of every image in two arrays, [image][length], of which each rank has computed its own images'; the second may be null.
    /// </summary>
    public void GatherRows(T* first, T* second, int length)
    {
        if (_ranks.IsAlone) return;
        _rows.Start((byte*)first, length * sizeof(T), _imageBegins);
        if (second != null) _rows.Start((byte*)second, length * sizeof(T), _imageBegins);
        _rows.Finish(_sums);
    }

    /// <summary>The smallest of the ranks' numbers.</summary>
    public int Least(int number) => _ranks.Least(number);

    /// <summary>At the start of a backward pass.</summary>
    public void BeginBackward()
    {
        Array.Clear(_holders);
        if (!_ranks.IsAlone) _sums.Open();
    }

    /// <summary>
    /// Where the partial gradients of this rank's chunks go that a sum will add, [chunk][length of the layer at work]. They stay until it
    /// has added them, which may be while later layers compute.
    /// </summary>
    public T* PartialsFor(IOrderedSum sum)
    {
        if (_ranks.IsAlone) return _partials;
        int places = MaxChunks / Math.Max(Chunks, 1), place = _nextHolder = (_nextHolder + 1) % places;
        if (_holders[place] is { } before) _sums.AwaitAdded(before);
        _holders[place] = sum;
        return _partials + (long)place * Chunks * _partialLength;
    }

    /// <summary>
    /// Sums over the batch, in the order of its images: called when this rank's share can be added. The sum is complete at once in a
    /// process by itself, and otherwise at the end of the backward pass.
    /// </summary>
    public void Sum(IOrderedSum sum)
    {
        if (!_ranks.IsAlone) _sums.Contribute(sum);
        else
        {
            sum.AddOwn();
            sum.Complete();
        }
    }

    /// <summary>Whether this rank's images are the first of the batch, so that a sum starts with them.</summary>
    public bool IsFirst => _ranks.IsFirst;

    /// <summary>At the end of a backward pass: all sums are complete.</summary>
    public void FinishBackward()
    {
        if (!_ranks.IsAlone) _sums.Finish();
    }

    public void Dispose() => _memory.Dispose();
}
