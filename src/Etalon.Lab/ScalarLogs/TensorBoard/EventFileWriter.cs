using System.Text;

namespace Etalon.Lab.ScalarLogs;

/// <summary>Writes an event file of TensorBoard: scalars as PyTorch writes them, in float32.</summary>
internal sealed class EventFileWriter : IDisposable
{
    private const string Version = "brain.Event:2";
    private const int Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5;

    private readonly FileStream _file;
    private readonly Func<double> _time;

    /// <summary>Makes the file, which must not be there yet.</summary>
    /// <param name="path">The file.</param>
    /// <param name="time">The time of an event, in seconds since 1970.</param>
    public EventFileWriter(string path, Func<double> time)
    {
        (_file, _time) = (new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read), time);
        using var version = Message();
        Write(version, 3, Encoding.UTF8.GetBytes(Version));
        Add(version);
    }

    /// <summary>A session that starts at a step: what earlier files have from there on counts no more.</summary>
    public void Start(long step)
    {
        using var start = new MemoryStream();
        Write(start, 1, Varint);
        WriteNumber(start, 1);
        using var record = Message();
        WriteStep(record, step);
        Write(record, 7, start.ToArray());
        Add(record);
    }

    /// <summary>Scalars of a step.</summary>
    public void Scalars(long step, IEnumerable<(string Tag, double Value)> scalars)
    {
        using var summary = new MemoryStream();
        foreach (var (tag, number) in scalars)
        {
            using var value = new MemoryStream();
            Write(value, 1, Encoding.UTF8.GetBytes(tag));
            Write(value, 2, Fixed32);
            value.Write(BitConverter.GetBytes((float)number));
            Write(summary, 1, value.ToArray());
        }
        using var record = Message();
        WriteStep(record, step);
        Write(record, 5, summary.ToArray());
        Add(record);
    }

    /// <summary>Brings all records to where other processes read them.</summary>
    public void Flush() => _file.Flush();

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private MemoryStream Message()
    {
        var record = new MemoryStream();
        Write(record, 1, Fixed64);
        record.Write(BitConverter.GetBytes(_time()));
        return record;
    }

    private static void WriteStep(MemoryStream record, long step)
    {
        Write(record, 2, Varint);
        WriteNumber(record, (ulong)step);
    }

    private void Add(MemoryStream record)
    {
        byte[] bytes = record.ToArray(), length = BitConverter.GetBytes((ulong)bytes.Length);
        _file.Write(length);
        _file.Write(BitConverter.GetBytes(EventFile.Masked(length)));
        _file.Write(bytes);
        _file.Write(BitConverter.GetBytes(EventFile.Masked(bytes)));
    }

    private static void Write(MemoryStream to, int field, ReadOnlySpan<byte> value)
    {
        Write(to, field, Bytes);
        WriteNumber(to, (ulong)value.Length);
        to.Write(value);
    }

    private static void Write(MemoryStream to, int field, int type) => WriteNumber(to, ((ulong)field << 3) | (uint)type);

    private static void WriteNumber(MemoryStream to, ulong value)
    {
        for (; value >= 0x80; value >>= 7) to.WriteByte((byte)(value | 0x80));
        to.WriteByte((byte)value);
    }
}
