namespace Etalon.Engine.Monitors;

/// <summary>
/// Sums over groups of tensors of a region, and over all of them: each tensor is cut into chunks of fixed length, whose sums are joined in
/// order, so that they have the same bits for any number of threads.
/// </summary>
internal sealed unsafe class GroupSums<T> where T : unmanaged
{
    // Numbers of a chunk: 64 kB of float.
    private const int ChunkLength = 16384;

    private readonly (long Begin, int Length, int Group)[] _chunks;
    private readonly double[] _partial, _sums;
    private readonly int _width;
    private readonly Action<int, int> _sumChunk;

    /// <summary>The sums of a piece of the region into [width] numbers.</summary>
    public delegate void Kernel(long begin, int length, double* sums);

    /// <param name="region">Where the tensors lie.</param>
    /// <param name="groups">The names of those to sum over, group by group.</param>
    /// <param name="width">How many sums there are of each.</param>
    /// <param name="kernel">Computes them.</param>
    public GroupSums(Region<T> region, IReadOnlyList<IReadOnlyList<string>> groups, int width, Kernel kernel)
    {
        _chunks = [.. groups.SelectMany((names, group) => names.SelectMany(name => Cut(region[name], group)))];
        _partial = new double[_chunks.Length * width];
        _sums = new double[(groups.Count + 1) * width];
        _width = width;
        _sumChunk = (chunk, _) =>
        {
            var (begin, length, _) = _chunks[chunk];
            fixed (double* sums = &_partial[chunk * _width]) kernel(begin, length, sums);
        };
    }

    /// <summary>The sums of a group, by its place among those given; after the last one, of all.</summary>
    public ReadOnlySpan<double> this[int group] => _sums.AsSpan(group * _width, _width);

    /// <summary>Computes them.</summary>
    public void Run(Workers workers)
    {
        workers.Run(_chunks.Length, _sumChunk);
        Array.Clear(_sums);
        for (int chunk = 0; chunk < _chunks.Length; chunk++)
            for (int k = 0; k < _width; k++)
                _sums[_chunks[chunk].Group * _width + k] += _partial[chunk * _width + k];
        int all = _sums.Length - _width;
        for (int i = 0; i < all; i++) _sums[all + i % _width] += _sums[i];
    }

    private static IEnumerable<(long, int, int)> Cut(Tensor<T> tensor, int group)
    {
        for (long at = 0; at < tensor.Length; at += ChunkLength)
            yield return (tensor.Offset + at, (int)Math.Min(ChunkLength, tensor.Length - at), group);
    }
}
