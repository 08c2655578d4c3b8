using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Etalon.Engine;

/// <summary>An open safetensors file whose header has been read and checked; tensors are read when they are asked for.</summary>
/// <remarks>The format: https://github.com/huggingface/safetensors.</remarks>
public sealed class SafetensorsFile : IDisposable
{
    /// <summary>The longest header that is read; the format allows 100 MB, and 16 MiB have room for 100,000 tensors.</summary>
    public const int LongestHeader = 1 << 24;

    private readonly Stream _file;
    private readonly SafetensorsHeader _header;
    private readonly bool _isHeld;

    /// <summary>Reads and checks the header of a file.</summary>
    /// <param name="file">The file; it can seek.</param>
    /// <param name="path">Its name in messages.</param>
    /// <param name="leaveOpen">Whether it stays open when this is disposed, or refused.</param>
    /// <exception cref="InvalidDataException">It is not a safetensors file of the types that the engine knows, or it is damaged; the
    /// message says where.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public SafetensorsFile(Stream file, string path, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(file);
        (_file, Path, _isHeld) = (file, path, leaveOpen);
        try
        {
            file.Position = 0;
            HeaderBytes = ReadHeader();
            _header = SafetensorsHeader.Parse(HeaderBytes.AsSpan(sizeof(ulong)), file.Length - HeaderBytes.Length, path);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The file, as it was given.</summary>
    public string Path { get; }

    /// <summary>The header as it is in the file, its length included.</summary>
    public byte[] HeaderBytes { get; }

    /// <inheritdoc cref="SafetensorsHeader.Metadata"/>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <inheritdoc cref="SafetensorsHeader.Entries"/>
    public IReadOnlyList<SafetensorsEntry> Entries => _header.Entries;

    private byte[] ReadHeader()
    {
        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        if (_file.Length < prefix.Length)
            throw new InvalidDataException(
                $"{Path}: has {_file.Length} bytes; a safetensors file begins with 8 that state the length of its header");
        _file.ReadExactly(prefix);
        ulong stated = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (stated > LongestHeader)
            throw new InvalidDataException($"{Path}: states a header of {stated} bytes; the longest that is read has {LongestHeader}");
        if ((long)stated > _file.Length - prefix.Length)
            throw new InvalidDataException(
                $"{Path}: states a header of {stated} bytes, but has only {_file.Length - prefix.Length} after the length; it was cut off");
        byte[] bytes = new byte[prefix.Length + (int)stated];
        prefix.CopyTo(bytes);
        _file.ReadExactly(bytes.AsSpan(prefix.Length));
        return bytes;
    }

    /// <summary>Reads a tensor's bytes.</summary>
    /// <param name="entry">Which.</param>
    /// <param name="bytes">Receives them; as long as the tensor.</param>
    public void Read(SafetensorsEntry entry, Span<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(entry);
        _file.Position = HeaderBytes.Length + entry.Begin;
        _file.ReadExactly(bytes);
    }

    /// <summary>SHA-256 of all tensors' bytes, in lower-case hexadecimal.</summary>
    public string HashTensors()
    {
        _file.Position = HeaderBytes.Length;
        return Convert.ToHexStringLower(SHA256.HashData(_file));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_isHeld) _file.Dispose();
    }
}
