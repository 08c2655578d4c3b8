using System.IO.Compression;
using System.Security.Cryptography;

namespace Etalon.Lab.Data;

/// <summary>
/// Reads a canonical file, gzipped or not, into memory of the size known beforehand: a file that is too short, too long (a gzip bomb among
/// them) or altered is refused, and no more than that size is ever held.
/// </summary>
internal static class PublishedFileReader
{
    /// <summary>The file's uncompressed bytes, checked against its length and checksum.</summary>
    /// <param name="file">What it should be.</param>
    /// <param name="path">Where it is.</param>
    /// <param name="remedy">What to do if it is not that file: a sentence that ends the message.</param>
    /// <exception cref="InputException">It is not that file.</exception>
    internal static byte[] Read(PublishedFile file, string path, string remedy)
    {
        try
        {
            using var stored = File.OpenRead(path);
            using Stream content = IsGzip(stored) ? new GZipStream(stored, CompressionMode.Decompress) : stored;
            return Read(file, content, path, remedy);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path} cannot be read: {problem.Message} {remedy}");
        }
        catch (InvalidDataException problem)
        {
            throw new InputException($"{path} is not an intact gzip file: {problem.Message} {remedy}");
        }
    }

    /// <summary>The bytes of a stream that should hold the file from here to its end.</summary>
    internal static byte[] Read(PublishedFile file, Stream content, string path, string remedy)
    {
        var bytes = new byte[file.Length];
        var length = content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (length < bytes.Length)
            throw new InputException($"{path} is truncated: it holds {length} uncompressed bytes, expected {file.Length}. {remedy}");
        if (content.ReadByte() >= 0)
            throw new InputException($"{path} is too long: it goes on after the expected {file.Length} uncompressed bytes. {remedy}");
        Verify(file, bytes, path, remedy);
        return bytes;
    }

    /// <summary>Compares the bytes of a file with its checksum, where it is known.</summary>
    /// <exception cref="InputException">It is another file.</exception>
    internal static void Verify(PublishedFile file, byte[] bytes, string path, string remedy)
    {
        if (file.Sha256 is { } expected && Convert.ToHexStringLower(SHA256.HashData(bytes)) is var found && found != expected)
        {
            throw new InputException(
                $"{path} is not the published {file.Name}: the SHA-256 of its uncompressed bytes is {found}, "
                + $"expected {expected}. {remedy}");
        }
    }

    private static bool IsGzip(FileStream stored)
    {
        Span<byte> magic = stackalloc byte[2];
        var length = stored.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        stored.Position = 0;
        return length == 2 && magic[0] == 0x1f && magic[1] == 0x8b;
    }
}

/// <summary>
/// One file of a data set, as its authors published it. Everything here is known beforehand, so that no header has to be believed.
/// </summary>
/// <param name="Name">The file's name without .gz.</param>
/// <param name="Content">What the bytes are.</param>
/// <param name="Length">The uncompressed length in bytes.</param>
/// <param name="Tests">Whether the images belong to the test split.</param>
/// <param name="First">The place of the file's first image in its split.</param>
/// <param name="Count">The number of images (or labels) in the file.</param>
/// <param name="Sha256">
/// The SHA-256 of the uncompressed bytes in lower-case hexadecimal; null where only the archive's is known, so that the structure alone is
/// checked.
/// </param>
internal sealed record PublishedFile(
    string Name, FileContent Content, int Length, bool Tests, int First, int Count, string? Sha256);

/// <summary>What a canonical file holds.</summary>
internal enum FileContent
{
    /// <summary>An IDX file of images: [count][height][width] bytes.</summary>
    IdxImages,

    /// <summary>An IDX file of labels: [count] bytes.</summary>
    IdxLabels,

    /// <summary>Rows of a label and an image in planes: [count](1 + [channels][height][width]) bytes.</summary>
    Cifar,

    /// <summary>The same with a coarse label before the label, as in CIFAR-100: [count](2 + [channels][height][width]) bytes.</summary>
    CifarWithCoarseLabel,
}
