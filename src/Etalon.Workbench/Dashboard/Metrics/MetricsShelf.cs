namespace Etalon.Workbench.Dashboard;

/// <summary>The indexes that are in memory, the ones used last, and those on disk behind them.</summary>
/// <param name="cache">Those on disk.</param>
internal sealed class MetricsShelf(IndexCache cache)
{
    private const long MostBytes = 96 << 20;

    private readonly Lock _lock = new();
    private readonly LinkedList<(string Path, MetricsIndex Index)> _used = [];

    /// <summary>The index of a run's metrics, up to date with the file.</summary>
    /// <param name="path">metrics.jsonl.</param>
    /// <param name="cancellation">Ends the reading of a long file between lines; the next one goes on from there.</param>
    public MetricsIndex Open(string path, CancellationToken cancellation = default)
    {
        var index = Find(path);
        index.CatchUp(cancellation);
        cache.Keep(path, index);
        Bound(index);
        return index;
    }

    private MetricsIndex Find(string path)
    {
        lock (_lock)
        {
            for (var node = _used.First; node is not null; node = node.Next)
            {
                if (node.Value.Path != path) continue;
                _used.Remove(node);
                _used.AddFirst(node);
                return node.Value.Index;
            }
            var index = cache.Load(path);
            _used.AddFirst((path, index));
            return index;
        }
    }

    private void Bound(MetricsIndex spared)
    {
        lock (_lock)
        {
            long bytes = 0;
            for (var node = _used.First; node is not null;)
            {
                var next = node.Next;
                bytes += node.Value.Index.MemoryBytes;
                if (bytes > MostBytes && node.Value.Index != spared) _used.Remove(node);
                node = next;
            }
        }
    }
}
