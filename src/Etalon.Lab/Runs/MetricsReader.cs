using System.Text.Json;

namespace Etalon.Lab.Runs;

/// <summary>
/// A pass over metrics.jsonl, line by line in memory that does not grow with the file. A run may still be writing it: what follows the last
/// newline is torn or empty, and left out. Names are kept once, numbers are read where they are asked for.
/// </summary>
internal sealed class MetricsReader : IDisposable
{
    // A line of monitors has some 20 bytes for each number.
    private const int LongestLine = 1 << 24;

    // Beyond 2^53 not every whole number is a double.
    private const double MostSteps = 1L << 53;

    private readonly FileStream _file;
    private readonly string _path;
    private readonly Dictionary<byte[], string> _names = new(new ByteComparer());
    private readonly Dictionary<byte[], string>.AlternateLookup<ReadOnlySpan<byte>> _lookup;
    private readonly List<(string Name, int Begin, int Length)> _entries = [];
    private byte[] _block = new byte[1 << 17];
    private int _begin, _end, _lineBegin, _lineLength;
    private long _number;

    private MetricsReader(FileStream file, string path)
    {
        (_file, _path) = (file, path);
        _lookup = _names.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>Opens a run's metrics; null where the file is missing.</summary>
    public static MetricsReader? Open(string path)
    {
        try
        {
            return new(RunFile.Open(path), path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The line at hand, without its newline.</summary>
    public ReadOnlySpan<byte> Line => _block.AsSpan(_lineBegin, _lineLength);

    /// <summary>How many names it has.</summary>
    public int Count => _entries.Count;

    /// <summary>Goes to the next line; false where there is no further whole one.</summary>
    /// <exception cref="InputException">It is not a JSON object.</exception>
    public bool Next()
    {
        int length;
        while ((length = _block.AsSpan(_begin, _end - _begin).IndexOf((byte)'\n')) < 0)
            if (!Fill()) return false;
        (_lineBegin, _lineLength, _begin) = (_begin, length, _begin + length + 1);
        _number++;
        Parse();
        return true;
    }

    /// <summary>The name at a place; the same object in each line.</summary>
    public string Name(int place) => _entries[place].Name;

    /// <summary>The number at a place; NaN where something else stands there.</summary>
    public double Value(int place)
    {
        var (_, begin, length) = _entries[place];
        return System.Buffers.Text.Utf8Parser.TryParse(_block.AsSpan(begin, length), out double value, out int read) && read == length
            ? value : double.NaN;
    }

    /// <summary>Whether the line has a name.</summary>
    public bool Has(string name) => PlaceOf(name) >= 0;

    /// <summary>The number of a name; NaN where the line has none.</summary>
    public double Find(string name) => PlaceOf(name) is >= 0 and var place ? Value(place) : double.NaN;

    /// <summary>The update of the line, 0-based; null where it names none.</summary>
    /// <exception cref="InputException">It names what cannot be an update.</exception>
    public long? Step()
    {
        double step = Find("step");
        if (double.IsNaN(step)) return null;
        return step >= 0 && step <= MostSteps && step == Math.Floor(step)
            ? (long)step
            : throw new InputException(
            $"{_path}: line {_number} has the step {step}, and updates are whole numbers from 0 on; was the file edited? Restore it or "
            + $"remove the line");
    }

    /// <summary>The line as names and numbers of its own.</summary>
    public Dictionary<string, double> ToDictionary()
    {
        var line = new Dictionary<string, double>(Count);
        for (int place = 0; place < Count; place++) line.TryAdd(Name(place), Value(place));
        return line;
    }

    private int PlaceOf(string name)
    {
        for (int place = 0; place < _entries.Count; place++)
            if (_entries[place].Name == name) return place;
        return -1;
    }

    private bool Fill()
    {
        if (_begin > 0) _block.AsSpan(_begin, _end - _begin).CopyTo(_block);
        (_begin, _end) = (0, _end - _begin);
        if (_end == _block.Length)
        {
            if (_end >= LongestLine)
                throw new InputException(
                    $"{_path}: line {_number + 1} has more than {LongestLine} bytes; was the file edited? Restore it or remove the line");
            Array.Resize(ref _block, 2 * _end);
        }
        int count = _file.Read(_block.AsSpan(_end));
        _end += count;
        return count > 0;
    }

    private void Parse()
    {
        _entries.Clear();
        try
        {
            var reader = new Utf8JsonReader(Line);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new JsonException("an object is expected");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string name = NameOf(ref reader);
                reader.Read();
                int begin = (int)reader.TokenStartIndex;
                bool isNumber = reader.TokenType == JsonTokenType.Number;
                reader.Skip();
                _entries.Add((name, _lineBegin + begin, isNumber ? (int)reader.BytesConsumed - begin : 0));
            }
            // Anything but white space behind the object is a fault that the reader finds.
            reader.Read();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new InputException(
                $"{_path}: line {_number} is not a JSON object of metrics; was the file edited? Restore it or remove the line");
        }
    }

    private string NameOf(ref Utf8JsonReader reader)
    {
        if (_lookup.TryGetValue(reader.ValueSpan, out string? name)) return name;
        name = reader.GetString()!;
        _names.Add(reader.ValueSpan.ToArray(), name);
        return name;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    // A name by its bytes as they stand in the file, escapes included.
    private sealed class ByteComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? one, byte[]? other) => one.AsSpan().SequenceEqual(other);

        public bool Equals(ReadOnlySpan<byte> one, byte[] other) => one.SequenceEqual(other);

        public int GetHashCode(byte[] bytes) => GetHashCode(bytes.AsSpan());

        public int GetHashCode(ReadOnlySpan<byte> bytes)
        {
            var hash = new HashCode();
            hash.AddBytes(bytes);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> bytes) => bytes.ToArray();
    }
}
