using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Etalon.Lab.Data;

/// <summary>The gzipped tar archive that a data set is published in.</summary>
/// <param name="Name">The archive's name, with .tar.gz.</param>
/// <param name="Folder">The folder inside it that holds the files.</param>
/// <param name="Length">The archive's length in bytes.</param>
/// <param name="Sha256">The SHA-256 of the archive (compressed, as published) in lower-case hexadecimal.</param>
internal sealed record PublishedArchive(string Name, string Folder, long Length, string Sha256)
{
    /// <summary>
    /// Reads the data set's files out of the archive, one at a time in the archive's order. What decides is the files' contents: an archive
    /// that was packed again is as good as the published one. Only of the published one, by its checksum, are the headers believed; another
    /// is walked with bounds.
    /// </summary>
    /// <param name="entry">The data set.</param>
    /// <param name="path">Where the archive is.</param>
    /// <param name="remedy">What to do if a file in it is not the published one: a sentence that ends the message.</param>
    /// <param name="add">Receives each file, its bytes and its path for messages.</param>
    /// <exception cref="InputException">It cannot be read, or a file in it is not the published one.</exception>
    internal void ReadFiles(CatalogEntry entry, string path, string remedy, Action<PublishedFile, byte[], string> add)
    {
        try
        {
            using var stored = File.OpenRead(path);
            var isPublished = IsPublished(stored);
            using var content = new GZipStream(stored, CompressionMode.Decompress);
            if (isPublished) ReadPublished(entry, content, path, remedy, add);
            else new RepackedArchive(entry, Folder, path, remedy).ReadFiles(content, add);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new InputException($"{path} cannot be read: {problem.Message} {remedy}");
        }
    }

    /// <summary>Refuses all but the published archive, to the byte: what a download must be.</summary>
    /// <exception cref="InputException">It is another file.</exception>
    internal void RequirePublished(string path, string remedy)
    {
        using var stored = File.OpenRead(path);
        if (stored.Length != Length)
            throw new InputException($"{path} has {stored.Length} bytes, expected {Length}. {remedy}");
        var found = Convert.ToHexStringLower(SHA256.HashData(stored));
        if (found != Sha256)
            throw new InputException($"{path} is not the published archive: its SHA-256 is {found}, expected {Sha256}. {remedy}");
    }

    private void ReadPublished(CatalogEntry entry, GZipStream content, string path, string remedy,
        Action<PublishedFile, byte[], string> add)
    {
        using var tar = new TarReader(content);
        while (tar.GetNextEntry() is { } item)
        {
            if (item.DataStream is not { } data) continue;
            if (entry.Files.FirstOrDefault(file => $"{Folder}/{file.Name}" == item.Name) is { } file)
                add(file, PublishedFileReader.Read(file, data, $"{path}, {item.Name}", remedy), $"{path}, {item.Name}");
        }
    }

    private bool IsPublished(FileStream stored)
    {
        var isPublished = stored.Length == Length && Convert.ToHexStringLower(SHA256.HashData(stored)) == Sha256;
        stored.Position = 0;
        return isPublished;
    }
}
