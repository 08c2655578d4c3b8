using System.Buffers.Binary;

namespace Etalon.Lab.ScalarLogs;

/// <summary>The fields of a protobuf message, one after the other; groups, which nobody writes any more, are refused.</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>The number of the field that was read last.</summary>
    public int Field { get; private set; }

    /// <summary>Its value where it is a number: a varint, or the bits of a fixed width.</summary>
    public ulong Number { get; private set; }

    /// <summary>Its value where it is bytes: a text, a message, packed numbers.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>How it is encoded.</summary>
    public WireType Type { get; private set; }

    /// <summary>Its value as a float32.</summary>
    public readonly float Single => BitConverter.UInt32BitsToSingle((uint)Number);

    /// <summary>Its value as a float64.</summary>
    public readonly double Double => BitConverter.UInt64BitsToDouble(Number);

    /// <summary>Reads the next field; false at the end.</summary>
    /// <exception cref="FormatException">The bytes are no message.</exception>
    public bool Next()
    {
        if (_rest.IsEmpty) return false;
        ulong key = Varint();
        (Field, Type) = ((int)Math.Min(key >> 3, int.MaxValue), (WireType)(key & 7));
        Bytes = default;
        switch (Type)
        {
            case WireType.Varint:
                Number = Varint();
                return true;
            case WireType.Fixed64:
                Number = BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));
                return true;
            case WireType.Fixed32:
                Number = BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));
                return true;
            case WireType.Bytes:
                Bytes = Take(Varint());
                return true;
            default:
                throw new FormatException($"field {Field} has wire type {(int)Type}");
        }
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)_rest.Length) throw new FormatException("a field is longer than its message");
        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            byte next = Take(1)[0];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80) return value;
        }
        throw new FormatException("a number has more than ten bytes");
    }
}

/// <summary>How a field of protobuf is encoded.</summary>
internal enum WireType
{
    /// <summary>Seven bits a byte.</summary>
    Varint = 0,

    /// <summary>Eight bytes.</summary>
    Fixed64 = 1,

    /// <summary>A length and bytes.</summary>
    Bytes = 2,

    /// <summary>Four bytes.</summary>
    Fixed32 = 5,
}
