using System.Security.Cryptography;
using Etalon.Lab;
using Etalon.Lab.Files;
using Etalon.Lab.Runs;

namespace Etalon.Workbench.Dashboard;

/// <summary>
/// A run's metrics for drawing: where each block of lines begins in metrics.jsonl, and of each metric the least, greatest, last and mean
/// value in it. The file is read once, from where the last reading ended; a close view reads the lines of its blocks again.
/// </summary>
internal sealed class MetricsIndex
{
    /// <summary>
    /// Lines of a block. A view of 1,500 pixels reads fewer than 100,000 lines at once, and 10^7 lines make 160,000 blocks.
    /// </summary>
    public const int LinesOfBlock = 64;

    // By what stands before the place where the last reading ended it is known that the file was only added to.
    private const int TailLength = 64, HeadLength = 4096, LongestLine = 1 << 24;

    private readonly Lock _lock = new();
    private readonly string _path;
    private MetricsScan _scan = new();
    private readonly List<long> _offsets = [], _steps = [];
    private readonly List<SeriesBlocks> _series = [];
    private byte[] _tail = [];
    private int _linesOfLast;
    private long _node;

    public MetricsIndex(string path) => _path = path;

    /// <summary>Bytes of the file that are in the index: whole lines.</summary>
    public long Bytes { get; private set; }

    /// <summary>Lines that are in the index.</summary>
    public long Lines { get; private set; }

    /// <summary>The update of the last line that names one, 0-based; negative where none does.</summary>
    public long LastStep { get; private set; } = -1;

    /// <summary>What is wrong with the file from some line on; null for nothing.</summary>
    public string? Fault { get; private set; }

    /// <summary>How often the file was begun anew, for it had been replaced or cut and written again.</summary>
    public int Restarts { get; private set; }

    /// <summary>Bytes of the file when the index was kept on disk last.</summary>
    public long KeptBytes { get; set; }

    /// <summary>The file's number on its device; 0 where the system has none.</summary>
    public long Node => _node;

    /// <summary>Bytes in memory, about.</summary>
    public long MemoryBytes
    {
        get
        {
            lock (_lock) return 16L * _offsets.Capacity + _series.Sum(series => series.Bytes) + 1024;
        }
    }

    /// <summary>The metrics so far.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            lock (_lock) return [.. _series.Where(series => series.Count > 0).Select(series => series.Name)];
        }
    }

    /// <summary>How many values the monitors wrote.</summary>
    public long MonitorValues
    {
        get
        {
            lock (_lock) return _series.Where(series => IsOfMonitors(series.Name)).Sum(series => series.Values);
        }
    }

    /// <summary>The last value of a metric that is one, and the updates done then; null where there is none.</summary>
    public (double Updates, float Value)? LastOf(string name)
    {
        lock (_lock)
        {
            if (Find(name) is not { Count: > 0 } series) return null;
            var entry = series.Entries[^1];
            return (_steps[entry.Block] + entry.LastAt + 1, entry.Last);
        }
    }

    /// <summary>Takes in what was written since; false where there was nothing new.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InputException">It is no regular file.</exception>
    public bool CatchUp(CancellationToken cancellation = default)
    {
        lock (_lock)
        {
            using var file = Open();
            if (file is null)
            {
                bool had = Bytes > 0;
                if (had) Restart();
                return had;
            }
            if (!Continues(file)) Restart();
            _node = FileNode.TryOf(file.SafeFileHandle)?.Inode ?? 0;
            if (Fault is not null || file.Length <= Bytes) return false;
            long before = Bytes;
            try
            {
                Fault = Read(file, cancellation);
            }
            finally
            {
                _tail = TailOf(file, Bytes);
            }
            return Bytes > before || Fault is not null;
        }
    }

    /// <summary>A curve for a picture.</summary>
    public Curve Curve(string name, CurveView view)
    {
        lock (_lock)
        {
            if (Find(name) is not { Count: > 0 } series) return Dashboard.Curve.Empty;
            var (first, last) = BlocksOf(view);
            var entries = series.Between(first, last);
            if (entries.Length == 0) return Dashboard.Curve.Empty;
            long points = 0;
            foreach (ref readonly var entry in entries) points += entry.Count;
            bool areFew = points <= view.MostPoints;
            var reduction = new CurveReduction(view);
            for (int i = 0; i < entries.Length;)
            {
                int end = WideUntil(entries, i, view, areFew);
                // At both edges the very first and last values inside are wanted, which summaries of whole blocks do not have.
                if (end == i && (i == 0 || i >= entries.Length - 2) && entries[i].Count > 1 && !view.AreMeans) end++;
                if (end > i) ReadAgain(series, entries[i].Block, entries[end - 1].Block, reduction);
                else reduction.Add(_steps[entries[i].Block] + 1, entries[end++]);
                i = end;
            }
            return reduction.ToCurve();
        }
    }

    // Where a block is wider than a pixel, its extremes alone would be too few. Blocks that lie near each other are read at once.
    private int WideUntil(ReadOnlySpan<BlockSummary> entries, int begin, CurveView view, bool areFew)
    {
        const int near = 8;
        int end = begin;
        for (int i = begin; i < entries.Length && i - end < (end > begin ? near : 1); i++)
            if (IsWide(entries[i], view, areFew)) end = i + 1;
        return end;
    }

    private bool IsWide(in BlockSummary entry, CurveView view, bool areFew) => entry.Count > 1
        && (areFew || view.At(EndOf(entry.Block)) - view.At(Math.Max(_steps[entry.Block], view.IsLogarithmic ? 1 : 0)) > 1);

    private double EndOf(int block) => block + 1 < _steps.Count ? _steps[block + 1] : LastStep + 1;

    private (int First, int Last) BlocksOf(CurveView view)
    {
        // Steps ascend but for a file that was edited, whose curve is then of whatever blocks are found.
        int first = _steps.BinarySearch(Floor(view.From));
        if (first < 0) first = Math.Max(0, ~first - 1);
        int last = _steps.BinarySearch(Floor(view.To) + 1);
        if (last < 0) last = ~last - 1;
        return (first, Math.Min(Math.Max(last, first), _steps.Count - 1));
    }

    private static long Floor(double updates) => (long)Math.Clamp(updates - 1, -1, 1L << 53);

    private void ReadAgain(SeriesBlocks series, int first, int last, CurveReduction reduction)
    {
        using var file = Open();
        if (file is null) return;
        var scan = new MetricsScan();
        int place = scan.PlaceOf(series.Name);
        long end = last + 1 < _offsets.Count ? _offsets[last + 1] : Bytes;
        file.Position = _offsets[first];
        long number = (long)first * LinesOfBlock;
        foreach (var line in LinesOf(file, end - _offsets[first]))
        {
            try
            {
                scan.Read(line.Span, _path, ++number);
            }
            catch (InputException)
            {
                // The file was written anew since: the next reading finds out.
                return;
            }
            if (scan.Step < 0) continue;
            int at = Array.IndexOf(scan.Places, place, 0, scan.Count);
            if (at >= 0) reduction.Add(scan.Step + 1, scan.Values[at]);
        }
    }

    private string? Read(FileStream file, CancellationToken cancellation)
    {
        file.Position = Bytes;
        foreach (var line in LinesOf(file, long.MaxValue))
        {
            try
            {
                _scan.Read(line.Span, _path, Lines + 1);
            }
            catch (InputException exception)
            {
                return exception.Message;
            }
            Take();
            Bytes += line.Length + 1;
            if ((++Lines & 0xFFFF) == 0) cancellation.ThrowIfCancellationRequested();
        }
        return null;
    }

    private void Take()
    {
        long step = _scan.Step < 0 ? Math.Max(LastStep, 0) : _scan.Step;
        bool isFar = _steps.Count > 0 && (step < _steps[^1] || step - _steps[^1] > uint.MaxValue);
        if (_offsets.Count == 0 || _linesOfLast == LinesOfBlock || isFar)
        {
            _offsets.Add(Bytes);
            _steps.Add(step);
            _linesOfLast = 0;
        }
        _linesOfLast++;
        if (_scan.Step < 0) return;
        LastStep = step;
        while (_series.Count < _scan.Names.Count) _series.Add(new SeriesBlocks(_scan.Names[_series.Count]));
        long offset = step - _steps[^1];
        for (int i = 0; i < _scan.Count; i++) _series[_scan.Places[i]].Add(_offsets.Count - 1, offset, _scan.Values[i]);
    }

    // Whole lines, each without its newline; what follows the last newline is torn or being written.
    private static IEnumerable<ReadOnlyMemory<byte>> LinesOf(FileStream file, long length)
    {
        byte[] block = new byte[1 << 18];
        int begin = 0, end = 0;
        while (true)
        {
            int found = block.AsSpan(begin, end - begin).IndexOf((byte)'\n');
            if (found >= 0)
            {
                yield return block.AsMemory(begin, found);
                begin += found + 1;
                length -= found + 1;
                if (length <= 0) yield break;
                continue;
            }
            block.AsSpan(begin, end - begin).CopyTo(block);
            (begin, end) = (0, end - begin);
            if (end == block.Length)
            {
                if (end >= LongestLine) yield break;
                Array.Resize(ref block, 2 * end);
            }
            int count = file.Read(block.AsSpan(end));
            if (count == 0) yield break;
            end += count;
        }
    }

    private FileStream? Open()
    {
        try
        {
            return RunFile.Open(_path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private bool Continues(FileStream file)
    {
        if (Bytes == 0) return Fault is null;
        long node = FileNode.TryOf(file.SafeFileHandle)?.Inode ?? 0;
        return node == _node && file.Length >= Bytes && TailOf(file, Bytes).AsSpan().SequenceEqual(_tail);
    }

    private static byte[] TailOf(FileStream file, long end)
    {
        byte[] tail = new byte[Math.Min(TailLength, end)];
        return RandomAccess.Read(file.SafeFileHandle, tail, end - tail.Length) == tail.Length ? tail : [];
    }

    private void Restart()
    {
        (Bytes, Lines, LastStep, Fault, _linesOfLast, KeptBytes) = (0, 0, -1, null, 0, 0);
        _offsets.Clear();
        _steps.Clear();
        _series.Clear();
        _scan = new MetricsScan();
        _tail = [];
        Restarts++;
    }

    private static bool IsOfMonitors(string name) => name.Contains('/')
        && !((string[])["train/", "test/", "fit/"]).Any(kind => name.StartsWith(kind, StringComparison.Ordinal));

    private SeriesBlocks? Find(string name) => _series.Find(series => series.Name == name);

    /// <summary>What names the file: its path, its number on the device and a hash of how it begins.</summary>
    public static string? KeyOf(string path)
    {
        using var file = RunFile.Open(path);
        byte[] head = new byte[HeadLength];
        if (RandomAccess.Read(file.SafeFileHandle, head, 0) < HeadLength) return null;
        string named = $"{System.IO.Path.GetFullPath(path)}\n{FileNode.TryOf(file.SafeFileHandle)?.Inode}\n";
        return Convert.ToHexStringLower(SHA256.HashData([.. System.Text.Encoding.UTF8.GetBytes(named), .. head]))[..32];
    }

    /// <summary>Writes the index.</summary>
    public void Write(BinaryWriter writer)
    {
        lock (_lock)
        {
            writer.Write(Bytes);
            writer.Write(Lines);
            writer.Write(LastStep);
            writer.Write(_linesOfLast);
            writer.Write(_node);
            writer.Write(_tail.Length);
            writer.Write(_tail);
            IndexArrays.Write<long>(writer, [.. _offsets]);
            IndexArrays.Write<long>(writer, [.. _steps]);
            writer.Write(_series.Count);
            foreach (var series in _series)
            {
                writer.Write(series.Name);
                IndexArrays.Write(writer, series.Entries);
            }
            KeptBytes = Bytes;
        }
    }

    /// <summary>Reads an index that was kept.</summary>
    /// <exception cref="IOException">It is none.</exception>
    public static MetricsIndex Read(string path, BinaryReader reader)
    {
        var index = new MetricsIndex(path) { Bytes = reader.ReadInt64(), Lines = reader.ReadInt64(), LastStep = reader.ReadInt64() };
        (index._linesOfLast, index._node) = (reader.ReadInt32(), reader.ReadInt64());
        index._tail = reader.ReadBytes(Math.Clamp(reader.ReadInt32(), 0, TailLength));
        index._offsets.AddRange(IndexArrays.Read<long>(reader));
        index._steps.AddRange(IndexArrays.Read<long>(reader));
        int count = reader.ReadInt32();
        for (int i = 0; i < count; i++)
        {
            var series = new SeriesBlocks(reader.ReadString());
            if (index._scan.PlaceOf(series.Name) != i) throw new IOException("a metric stands twice in the index");
            foreach (var entry in IndexArrays.Read<BlockSummary>(reader)) series.Add(entry);
            index._series.Add(series);
        }
        if (index._offsets.Count != index._steps.Count) throw new IOException("the index is damaged");
        index.KeptBytes = index.Bytes;
        return index;
    }
}
