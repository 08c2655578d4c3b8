using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Etalon.Engine.Tests.Golden;

/// <summary>
/// What PyTorch computed in float64, read from golden.bin; make_golden.py beside it makes it and describes its format, names and layouts.
/// </summary>
internal sealed class GoldenFile
{
    private const string Magic = "ETALGOLD";
    private const int Version = 1;
    private const string Remedy =
        "make it again: /usr/bin/python3 tests/Etalon.Engine.Tests/Golden/make_golden.py (Debian's python3-torch 1.13.1 and python3-numpy)";

    private readonly Dictionary<string, GoldenTensor> _tensors;

    private GoldenFile(Dictionary<string, GoldenTensor> tensors) => _tensors = tensors;

    /// <summary>All names, in the file's order.</summary>
    public IReadOnlyCollection<string> Names => _tensors.Keys;

    public GoldenTensor this[string name]
        => _tensors.TryGetValue(name, out var tensor)
            ? tensor : throw new KeyNotFoundException($"golden.bin has no tensor '{name}'; if the script knows it, {Remedy}");

    /// <summary>
    /// The tensors whose name begins with the prefix, by the rest of the name: "batch4.initial." gives "stem.weight", ...
    /// </summary>
    public IEnumerable<(string Name, GoldenTensor Tensor)> Under(string prefix)
        => _tensors.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(pair => (pair.Key[prefix.Length..], pair.Value));

    /// <summary>golden.bin, or transformer.bin, which make_transformer_golden.py makes in the same format.</summary>
    public static GoldenFile Load(string name = "golden.bin")
    {
        using var stream = typeof(GoldenFile).Assembly.GetManifestResourceStream(name)
            ?? throw new FileNotFoundException($"{name} is not in the test assembly; {Remedy}");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return Read(bytes);
    }

    public static GoldenFile Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < 16 || Encoding.ASCII.GetString(file[..8]) != Magic)
            throw new InvalidDataException($"golden.bin does not begin with {Magic}; {Remedy}");
        var version = BinaryPrimitives.ReadInt32LittleEndian(file[8..]);
        if (version != Version)
            throw new InvalidDataException($"golden.bin has version {version}, but {Version} is read here; {Remedy}");
        var indexLength = BinaryPrimitives.ReadInt32LittleEndian(file[12..]);
        if (indexLength < 0 || indexLength > file.Length - 16)
            throw new InvalidDataException($"golden.bin ends before its index does; {Remedy}");

        using var index = JsonDocument.Parse(file.Slice(16, indexLength).ToArray());
        var numbers = file[(16 + indexLength)..];
        var tensors = new Dictionary<string, GoldenTensor>();
        foreach (var entry in index.RootElement.GetProperty("tensors").EnumerateObject())
            tensors.Add(entry.Name, ReadTensor(entry.Name, entry.Value, numbers));
        return new GoldenFile(tensors);
    }

    private static GoldenTensor ReadTensor(string name, JsonElement entry, ReadOnlySpan<byte> numbers)
    {
        var shape = entry.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32()).ToArray();
        var stride = entry.GetProperty("stride").GetInt32();
        var count = (shape.Aggregate(1, (product, size) => product * size) + stride - 1) / stride;
        var type = entry.GetProperty("type").GetString();
        var offset = entry.GetProperty("offset").GetInt32();
        if (offset + (long)count * (type == "float64" ? 8 : 4) > numbers.Length)
            throw new InvalidDataException($"golden.bin ends before '{name}' does; {Remedy}");
        var from = numbers[offset..];
        var values = type switch
        {
            "float64" => MemoryMarshal.Cast<byte, double>(from)[..count].ToArray(),
            "float32" => Array.ConvertAll(MemoryMarshal.Cast<byte, float>(from)[..count].ToArray(), x => (double)x),
            "int32" => Array.ConvertAll(MemoryMarshal.Cast<byte, int>(from)[..count].ToArray(), x => (double)x),
            _ => throw new InvalidDataException(
                $"golden.bin stores '{name}' as '{type}'; float64, float32 or int32 was expected; {Remedy}"),
        };
        return new GoldenTensor(name, shape, stride, values);
    }
}
