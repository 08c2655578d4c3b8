namespace Etalon.Workbench.Dashboard;

/// <summary>What an index keeps of a metric: a summary of its values in each block of lines that has one.</summary>
/// <param name="name">The metric.</param>
internal sealed class SeriesBlocks(string name)
{
    private BlockSummary[] _entries = new BlockSummary[4];

    /// <summary>The metric.</summary>
    public string Name => name;

    /// <summary>The summaries, in the order of the file.</summary>
    public ReadOnlySpan<BlockSummary> Entries => _entries.AsSpan(0, Count);

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>How many values it has.</summary>
    public long Values
    {
        get
        {
            long values = 0;
            foreach (ref readonly var entry in Entries) values += entry.Count;
            return values;
        }
    }

    /// <summary>Bytes in memory.</summary>
    public long Bytes => _entries.Length * (long)BlockSummary.Size;

    /// <summary>Adds a value of a block; those of a block come together.</summary>
    public void Add(int block, long offset, double value)
    {
        if (Count == 0 || _entries[Count - 1].Block != block)
        {
            if (Count == _entries.Length) Array.Resize(ref _entries, 2 * Count);
            _entries[Count++] = new BlockSummary { Block = block, Min = float.NaN, Max = float.NaN };
        }
        _entries[Count - 1].Add((uint)offset, value);
    }

    /// <summary>Adds a summary that was kept on disk.</summary>
    public void Add(in BlockSummary entry)
    {
        if (Count == _entries.Length) Array.Resize(ref _entries, 2 * Count);
        _entries[Count++] = entry;
    }

    /// <summary>Forgets the blocks from one on.</summary>
    public void Cut(int block)
    {
        while (Count > 0 && _entries[Count - 1].Block >= block) Count--;
    }

    /// <summary>The entries of the blocks from one to another, both included.</summary>
    public ReadOnlySpan<BlockSummary> Between(int first, int last)
    {
        int begin = LowerBound(first), end = LowerBound(last + 1);
        return _entries.AsSpan(begin, end - begin);
    }

    private int LowerBound(int block)
    {
        int low = 0, high = Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_entries[middle].Block < block) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}

/// <summary>The values of a metric in one block of lines. Places count updates from the first of the block.</summary>
internal struct BlockSummary
{
    /// <summary>Bytes of one.</summary>
    public const int Size = 40;

    /// <summary>The block.</summary>
    public int Block;

    /// <summary>How many values there are that are numbers.</summary>
    public int Count;

    /// <summary>Where the least stands.</summary>
    public uint MinAt;

    /// <summary>Where the greatest stands.</summary>
    public uint MaxAt;

    /// <summary>The least; not a number where there is none.</summary>
    public float Min;

    /// <summary>The greatest.</summary>
    public float Max;

    /// <summary>Where the last stands.</summary>
    public uint LastAt;

    /// <summary>The last.</summary>
    public float Last;

    /// <summary>Their sum.</summary>
    public double Sum;

    /// <summary>Takes a value in.</summary>
    public void Add(uint at, double value)
    {
        float small = (float)value;
        (LastAt, Last) = (at, small);
        if (double.IsNaN(value)) return;
        Count++;
        Sum += value;
        if (!(Min <= small)) (Min, MinAt) = (small, at);
        if (!(Max >= small)) (Max, MaxAt) = (small, at);
    }
}
