using System.Buffers.Binary;

namespace Etalon.Lab.Data;

/// <summary>
/// The IDX format of MNIST (LeCun, Cortes, Burges): two zero bytes, the type (8 for unsigned bytes), the number of dimensions, each
/// dimension as a big-endian int32, then the bytes in row-major order.
/// </summary>
internal static class IdxFormat
{
    private const byte UnsignedByte = 8;

    /// <summary>Copies the content of an IDX file whose dimensions are known.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="dimensions">The dimensions that the header must state.</param>
    /// <param name="content">Receives the bytes; as long as the product of the dimensions.</param>
    /// <param name="path">For messages.</param>
    /// <exception cref="InputException">The header states something else, or the length does not follow from it.</exception>
    internal static void Read(ReadOnlySpan<byte> bytes, ReadOnlySpan<int> dimensions, Span<byte> content, string path)
    {
        var headerLength = 4 + 4 * dimensions.Length;
        if (bytes.Length != headerLength + content.Length)
            throw new InputException(
                $"{path} has {bytes.Length} bytes; an IDX file of {Text(dimensions)} bytes has {headerLength + content.Length}.");
        if (bytes[0] != 0 || bytes[1] != 0 || bytes[2] != UnsignedByte || bytes[3] != dimensions.Length)
        {
            throw new InputException(
                $"{path} begins with {Convert.ToHexString(bytes[..4])}; "
                + $"an IDX file of bytes in {dimensions.Length} dimensions begins with 000008{dimensions.Length:X2}.");
        }
        Span<int> stated = stackalloc int[dimensions.Length];
        for (var i = 0; i < stated.Length; i++)
            stated[i] = BinaryPrimitives.ReadInt32BigEndian(bytes[(4 + 4 * i)..]);
        if (!stated.SequenceEqual(dimensions))
            throw new InputException($"{path}: its header says {Text(stated)}, expected {Text(dimensions)}.");
        bytes[headerLength..].CopyTo(content);
    }

    private static string Text(ReadOnlySpan<int> dimensions) => string.Join("x", dimensions.ToArray().Select(size => $"{size}"));
}
