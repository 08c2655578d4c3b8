using System.Buffers.Binary;
using System.Numerics;

namespace Etalon.Lab.ScalarLogs;

/// <summary>
/// The records of a TensorBoard file (TFRecord): a length, its checksum, the bytes, their checksum. A torn last record is the end, as of a
/// run that is still writing; a wrong checksum is refused with its place.
/// </summary>
internal static class EventFile
{
    private const int LongestRecord = 1 << 26, HeadLength = 12, FootLength = 4;

    /// <summary>Whether a file begins with the length of a record and its checksum.</summary>
    public static bool IsOne(string path)
    {
        using var file = LogText.Open(path);
        Span<byte> head = stackalloc byte[HeadLength];
        return file.ReadAtLeast(head, HeadLength, throwOnEndOfStream: false) == HeadLength && HasLength(head, out _);
    }

    /// <summary>The records, each in a buffer of its own.</summary>
    /// <exception cref="InputException">A checksum is wrong, or a record longer than any of scalars.</exception>
    public static IEnumerable<byte[]> Records(string path)
    {
        using var file = LogText.Open(path);
        var head = new byte[HeadLength];
        var foot = new byte[FootLength];
        for (long at = 0; file.ReadAtLeast(head, HeadLength, throwOnEndOfStream: false) == HeadLength;)
        {
            if (!HasLength(head, out ulong length))
                throw new InputException(
                    $"{path}: byte {at}: the checksum of a record's length is wrong; the file is damaged from there on");
            if (length > LongestRecord)
                throw new InputException(
                    $"{path}: byte {at}: a record of {length} bytes is no scalar; the longest that is read has {LongestRecord}");
            // A file that ends before its record does is still being written: nothing is asked for that is not there.
            if (file.Length - at < HeadLength + (long)length + FootLength) yield break;
            var record = new byte[length];
            if (file.ReadAtLeast(record, record.Length, throwOnEndOfStream: false) < record.Length) yield break;
            if (file.ReadAtLeast(foot, FootLength, throwOnEndOfStream: false) < FootLength) yield break;
            if (Masked(record) != BinaryPrimitives.ReadUInt32LittleEndian(foot))
                throw new InputException($"{path}: byte {at}: the checksum of a record is wrong; the file is damaged from there on");
            yield return record;
            at += HeadLength + record.Length + FootLength;
        }
    }

    /// <summary>CRC-32C with the mask of the TFRecord format: turned right by 15 bits, plus 0xa282ead8.</summary>
    public static uint Masked(ReadOnlySpan<byte> bytes) => BitOperations.RotateRight(Checksum(bytes), 15) + 0xa282ead8u;

    /// <summary>CRC-32C (Castagnoli).</summary>
    public static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint sum = ~0u;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (byte each in bytes) sum = BitOperations.Crc32C(sum, each);
        return ~sum;
    }

    private static bool HasLength(ReadOnlySpan<byte> head, out ulong length)
    {
        length = BinaryPrimitives.ReadUInt64LittleEndian(head);
        return Masked(head[..sizeof(ulong)]) == BinaryPrimitives.ReadUInt32LittleEndian(head[sizeof(ulong)..]);
    }
}
