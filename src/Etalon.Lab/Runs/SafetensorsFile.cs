using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Etalon.Lab.Runs;

/// <summary>An open safetensors file whose header has been read and checked; tensors are read when they are asked for.</summary>
internal sealed class SafetensorsFile : IDisposable
{
    /// <summary>The longest header that is read; the format allows 100 MB, and 16 MiB have room for 100,000 tensors.</summary>
    public const int LongestHeader = 1 << 24;

    private const int BufferSize = 1 << 12;

    private readonly FileStream _file;
    private readonly SafetensorsHeader _header;

    private readonly bool _isHeld;

    private SafetensorsFile(FileStream file, byte[] headerBytes, string path, bool isHeld)
    {
        (_file, HeaderBytes, Path, _isHeld) = (file, headerBytes, path, isHeld);
        _header = SafetensorsHeader.Parse(headerBytes.AsSpan(sizeof(ulong)), file.Length - headerBytes.Length, path);
    }

    /// <summary>The file, as it was given.</summary>
    public string Path { get; }

    /// <summary>The header as it is in the file, its length included.</summary>
    public byte[] HeaderBytes { get; }

    /// <inheritdoc cref="SafetensorsHeader.Metadata"/>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <inheritdoc cref="SafetensorsHeader.Entries"/>
    public IReadOnlyList<SafetensorsEntry> Entries => _header.Entries;

    /// <summary>Opens a file.</summary>
    /// <exception cref="InputException">It is not a safetensors file of the types that etalon reads, or it is damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static SafetensorsFile Open(string path)
    {
        var file = RunFile.Open(path, BufferSize);
        try
        {
            return new SafetensorsFile(file, ReadHeader(file, path), path, isHeld: false);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads a file that somebody else holds open, and leaves it open.</summary>
    /// <inheritdoc cref="Open"/>
    public static SafetensorsFile Of(FileStream file)
    {
        file.Position = 0;
        return new SafetensorsFile(file, ReadHeader(file, file.Name), file.Name, isHeld: true);
    }

    private static byte[] ReadHeader(FileStream file, string path)
    {
        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        if (file.Length < prefix.Length)
            throw new InputException(
                $"{path}: has {file.Length} bytes; a safetensors file begins with 8 that state the length of its header");
        file.ReadExactly(prefix);
        ulong stated = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (stated > LongestHeader)
            throw new InputException($"{path}: states a header of {stated} bytes; the longest that is read has {LongestHeader}");
        if ((long)stated > file.Length - prefix.Length)
            throw new InputException(
                $"{path}: states a header of {stated} bytes, but has only {file.Length - prefix.Length} after the length; it was cut off");
        byte[] bytes = new byte[prefix.Length + (int)stated];
        prefix.CopyTo(bytes);
        file.ReadExactly(bytes.AsSpan(prefix.Length));
        return bytes;
    }

    /// <summary>Reads a tensor's bytes.</summary>
    /// <param name="entry">Which.</param>
    /// <param name="bytes">Receives them; as long as the tensor.</param>
    public void Read(SafetensorsEntry entry, Span<byte> bytes)
    {
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
