using System.Security.Cryptography;
using System.Text;
using Etalon.Engine;

namespace Etalon.Lab.Runs;

/// <summary>
/// Two checksums in a checkpoint's metadata: of the tensors' bytes, and of the header with the header's own checksum set to zeros. No
/// byte of the file is outside both.
/// </summary>
internal static class CheckpointSeal
{
    public const string TensorsKey = "tensors_sha256", HeaderKey = "header_sha256";

    private static readonly string Unset = new('0', SHA256.HashSizeInBytes * 2);

    /// <summary>The header's bytes with both checksums in its metadata.</summary>
    public static byte[] Seal(IReadOnlyDictionary<string, string> metadata, IReadOnlyList<SafetensorsEntry> entries,
        ReadOnlySpan<byte> tensors)
    {
        var texts = new SortedDictionary<string, string>(metadata.ToDictionary(), StringComparer.Ordinal)
        {
            [TensorsKey] = Convert.ToHexStringLower(SHA256.HashData(tensors)),
            [HeaderKey] = Unset,
        };
        byte[] header = SafetensorsHeader.Write(texts, entries);
        var place = Place(header, Unset);
        Convert.TryToHexStringLower(SHA256.HashData(header), place, out _);
        return header;
    }

    /// <summary>Checks both.</summary>
    /// <exception cref="InputException">A checksum is missing or is another one.</exception>
    public static void Verify(SafetensorsFile file)
    {
        if (!file.Metadata.TryGetValue(HeaderKey, out var ofHeader) || !file.Metadata.TryGetValue(TensorsKey, out var ofTensors))
            throw new InputException($"{file.Path}: has no checksums; it is not a checkpoint of etalon");
        byte[] header = [.. file.HeaderBytes];
        var place = Place(header, ofHeader);
        place.Fill((byte)'0');
        if (place.Length != Unset.Length || Convert.ToHexStringLower(SHA256.HashData(header)) != ofHeader)
            throw new InputException($"{file.Path}: the checksum of its header does not fit; the file was damaged or edited");
        if (file.HashTensors() != ofTensors)
            throw new InputException($"{file.Path}: the checksum of its tensors does not fit; the file was damaged or edited");
    }

    // A quotation mark inside a text is escaped, so only the key itself looks like this.
    private static Span<byte> Place(byte[] header, string digits)
    {
        byte[] written = [.. "\""u8, .. Encoding.UTF8.GetBytes(HeaderKey), .. "\":\""u8];
        int at = header.AsSpan().IndexOf(written);
        return at < 0 || at + written.Length + digits.Length > header.Length ? [] : header.AsSpan(at + written.Length, digits.Length);
    }
}
