using System.Buffers.Binary;
using System.IO.Compression;

namespace Etalon.Lab.Charts;

/// <summary>Writes pictures as PNG (ISO/IEC 15948): 8 bits a color, no interlace, every row unfiltered.</summary>
internal static class PngImage
{
    private const byte TrueColor = 2;

    private static readonly uint[] CrcTable = MakeCrcTable();

    /// <summary>Writes a picture.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="rgb">[height][width][red, green, blue].</param>
    /// <param name="width">Pixels in a row, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <exception cref="ArgumentException">The sizes do not fit.</exception>
    public static void Write(Stream output, ReadOnlySpan<byte> rgb, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (rgb.Length != 3L * width * height)
            throw new ArgumentException($"a picture of {width} x {height} pixels has {3L * width * height} numbers, not {rgb.Length}",
                nameof(rgb));
        output.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        (header[8], header[9]) = (8, TrueColor); // then compression, filter and interlace methods, all 0
        WriteChunk(output, "IHDR"u8, header);
        WriteChunk(output, "IDAT"u8, Compress(rgb, 3 * width));
        WriteChunk(output, "IEND"u8, []);
    }

    private static byte[] Compress(ReadOnlySpan<byte> rgb, int rowLength)
    {
        using var memory = new MemoryStream();
        using (var zlib = new ZLibStream(memory, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (int at = 0; at < rgb.Length; at += rowLength)
            {
                zlib.WriteByte(0); // filter: none
                zlib.Write(rgb.Slice(at, rowLength));
            }
        }
        return memory.ToArray();
    }

    // Length, type, data, and the CRC of type and data.
    private static void WriteChunk(Stream output, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        output.Write(number);
        output.Write(type);
        output.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(data, Crc(type, uint.MaxValue)));
        output.Write(number);
    }

    private static uint Crc(ReadOnlySpan<byte> data, uint crc)
    {
        foreach (byte value in data) crc = CrcTable[(byte)(crc ^ value)] ^ (crc >> 8);
        return crc;
    }

    // CRC-32 of the reflected polynomial 0xEDB88320, as in annex D.
    private static uint[] MakeCrcTable()
    {
        var table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            uint crc = i;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) == 0 ? crc >> 1 : 0xEDB88320 ^ (crc >> 1);
            table[i] = crc;
        }
        return table;
    }
}
