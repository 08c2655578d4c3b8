using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Etalon.Lab.Data;

/// <summary>The gzipped tar archive that a data set is published in.</summary>
/// <param name="Name">The archive's name, with .tar.gz.</param>
/// <param name="Folder">The folder inside it that holds the files.</param>
/// <param name="Length">The archive's length in bytes.</param>
/// <param name="Sha256">The SHA-256 of the archive (compressed, as published) in lower-case hexadecimal.</param>
internal sealed record CanonicalArchive(string Name, string Folder, long Length, string Sha256)
{
    /// <summary>
    /// Reads the data set's files out of the archive, one at a time in the archive's order. The archive's length and checksum are
    /// compared first, so that what the tar reader believes are the published headers and nothing else.
    /// </summary>
    /// <param name="entry">The data set.</param>
    /// <param name="path">Where the archive is.</param>
    /// <param name="remedy">What to do if it is not the published archive: a sentence that ends the message.</param>
    /// <param name="add">Receives each file, its bytes and its path for messages.</param>
    /// <exception cref="InputException">It is not the published archive.</exception>
    internal void ReadFiles(CatalogEntry entry, string path, string remedy, Action<CanonicalFile, byte[], string> add)
    {
        try
        {
            using var stored = File.OpenRead(path);
            Verify(stored, path, remedy);
            using var tar = new TarReader(new GZipStream(stored, CompressionMode.Decompress));
            while (tar.GetNextEntry() is { } item)
            {
                if (item.DataStream is not { } content) continue;
                if (entry.Files.FirstOrDefault(file => $"{Folder}/{file.Name}" == item.Name) is { } file)
                    add(file, CanonicalFileReader.Read(file, content, $"{path}, {item.Name}", remedy), $"{path}, {item.Name}");
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new InputException($"{path} cannot be read: {problem.Message} {remedy}");
        }
    }

    private void Verify(FileStream stored, string path, string remedy)
    {
        if (stored.Length != Length)
            throw new InputException($"{path} has {stored.Length} bytes, expected {Length}. {remedy}");
        var found = Convert.ToHexStringLower(SHA256.HashData(stored));
        if (found != Sha256)
            throw new InputException($"{path} is not the published archive: its SHA-256 is {found}, expected {Sha256}. {remedy}");
        stored.Position = 0;
    }
}
