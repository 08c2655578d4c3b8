using System.Text;

namespace Etalon.Lab.Data;

/// <summary>
/// A tar archive that somebody else packed. Nothing in a header decides how much is held or read: a file has the length that the catalog
/// says, and of all else no more is read than a published archive could hold.
/// </summary>
internal sealed class RepackedArchive(CatalogEntry entry, string folder, string path, string remedy)
{
    private const int Block = 512, NameLength = 100, SizeAt = 124, SizeLength = 12, TypeAt = 156, MagicAt = 257, PrefixAt = 345,
        PrefixLength = 155;

    // Read-me files, headers of other tools and padding.
    private const long MostBesideFiles = 16 << 20;

    private long _left = entry.Files.Sum(file => (long)file.Length) + MostBesideFiles;

    /// <summary>Reads the data set's files, each checked against its checksum.</summary>
    /// <exception cref="InputException">A file is not the published one.</exception>
    /// <exception cref="InvalidDataException">It is no tar archive, or too long.</exception>
    public void ReadFiles(Stream content, Action<PublishedFile, byte[], string> add)
    {
        var header = new byte[Block];
        while (Read(content, header) && !header.All(value => value == 0))
        {
            if (Encoding.ASCII.GetString(header, MagicAt, 5) is not "ustar") throw new InvalidDataException("It is not a tar archive.");
            var size = Octal(header.AsSpan(SizeAt, SizeLength));
            var name = NameOf(header);
            var isFile = header[TypeAt] is (byte)'0' or 0;
            if (isFile && entry.Files.FirstOrDefault(file => name == $"{folder}/{file.Name}" || name == file.Name) is { } file)
            {
                var place = $"{path}, {name}";
                if (size != file.Length)
                    throw new InputException(
                        $"{place} {(size > file.Length ? "is too long" : "is truncated")}: it has {size} bytes, expected {file.Length}. "
                        + $"{remedy}");
                var bytes = new byte[size];
                if (!Read(content, bytes)) throw new InvalidDataException("It ends in the middle of a file.");
                PublishedFileReader.Verify(file, bytes, place, remedy);
                add(file, bytes, place);
                Skip(content, -size & (Block - 1));
            }
            else
            {
                Skip(content, size + (-size & (Block - 1)));
            }
        }
        // To the end, so that the checksum of the compression is compared too.
        while (Read(content, header)) { }
    }

    private bool Read(Stream content, byte[] bytes)
    {
        _left -= bytes.Length;
        if (_left < 0) throw new InvalidDataException($"It holds more than the files of {entry.Name}.");
        return content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length;
    }

    private void Skip(Stream content, long count)
    {
        var buffer = new byte[Block];
        for (; count > 0; count -= Block)
            if (!Read(content, count >= Block ? buffer : new byte[count]))
                throw new InvalidDataException("It ends in the middle of a file.");
    }

    private static string NameOf(byte[] header)
    {
        var name = Text(header, 0, NameLength);
        // Old GNU archives have two blanks after the magic word, and no prefix.
        var prefix = header[MagicAt + 5] == 0 ? Text(header, PrefixAt, PrefixLength) : "";
        var whole = prefix.Length > 0 ? $"{prefix}/{name}" : name;
        return whole.StartsWith("./", StringComparison.Ordinal) ? whole[2..] : whole;
    }

    private static string Text(byte[] header, int at, int length)
    {
        var end = Array.IndexOf(header, (byte)0, at, length);
        return Encoding.ASCII.GetString(header, at, (end < 0 ? at + length : end) - at);
    }

    private static long Octal(ReadOnlySpan<byte> digits)
    {
        long value = 0;
        foreach (var digit in digits)
        {
            if (digit is 0 or (byte)' ') continue;
            if (digit is < (byte)'0' or > (byte)'7') throw new InvalidDataException("The size of a file in it is not an octal number.");
            value = value * 8 + digit - '0';
        }
        return value;
    }
}
