using System.Text;

namespace Etalon.Lab.Tests.ScalarLogs;

/// <summary>Writes files of TensorBoard by the format's description, bit by bit where the reader takes eight bytes at a time.</summary>
internal sealed class EventWriter
{
    private readonly List<byte> _file = [];

    public EventWriter() => Add([.. Double(1, 1700000000.5), .. Bytes(3, "brain.Event:2"u8)]);

    public byte[] File => [.. _file];

    /// <summary>A scalar as PyTorch writes it, in simple_value.</summary>
    public EventWriter Scalar(long step, string tag, float value) =>
        Add(Event(step, Bytes(5, Bytes(1, [.. Bytes(1, Encoding.UTF8.GetBytes(tag)), .. Single(2, value)]))));

    /// <summary>A tensor: what stands in field 8 of a value.</summary>
    public EventWriter Tensor(long step, string tag, params byte[] tensor) =>
        Add(Event(step, Bytes(5, Bytes(1, [.. Bytes(1, Encoding.UTF8.GetBytes(tag)), .. Bytes(8, tensor)]))));

    /// <summary>A session that starts at a step.</summary>
    public EventWriter Start(long step) => Add(Event(step, Bytes(7, Varint(1, 1))));

    public EventWriter Add(byte[] record)
    {
        byte[] length = BitConverter.GetBytes((ulong)record.Length);
        _file.AddRange([.. length, .. BitConverter.GetBytes(Masked(length)), .. record, .. BitConverter.GetBytes(Masked(record))]);
        return this;
    }

    public static byte[] Varint(int field, long value) => [.. Number((ulong)field << 3), .. Number((ulong)value)];

    public static byte[] Single(int field, float value) => [.. Number(((ulong)field << 3) | 5), .. BitConverter.GetBytes(value)];

    public static byte[] Double(int field, double value) => [.. Number(((ulong)field << 3) | 1), .. BitConverter.GetBytes(value)];

    public static byte[] Bytes(int field, ReadOnlySpan<byte> value) =>
        [.. Number(((ulong)field << 3) | 2), .. Number((ulong)value.Length), .. value];

    public static uint Masked(byte[] bytes)
    {
        uint sum = Checksum(bytes);
        return ((sum >> 15) | (sum << 17)) + 0xa282ead8u;
    }

    public static uint Checksum(byte[] bytes)
    {
        uint sum = ~0u;
        foreach (byte each in bytes)
        {
            sum ^= each;
            for (int bit = 0; bit < 8; bit++) sum = (sum & 1) == 1 ? (sum >> 1) ^ 0x82F63B78u : sum >> 1;
        }
        return ~sum;
    }

    private static byte[] Event(long step, byte[] rest) => [.. Double(1, 1700000000.5), .. Varint(2, step), .. rest];

    private static byte[] Number(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }
}
