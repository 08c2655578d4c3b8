using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using Etalon.Engine.Files;

namespace Etalon.Engine;

/// <summary>
/// The header of a safetensors file: its length as a little-endian uint64, then JSON with type, shape and bytes of each tensor and a map of
/// texts under <c>__metadata__</c>. The tensors' bytes follow, without gaps.
/// </summary>
public sealed class SafetensorsHeader
{
    /// <summary>The name of the map of texts.</summary>
    public const string MetadataName = "__metadata__";

    private const int Alignment = 8;

    // The parts that are one line each in a written header.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const int LongestShown = 60;

    private SafetensorsHeader(IReadOnlyDictionary<string, string> metadata, IReadOnlyList<SafetensorsEntry> entries) =>
        (Metadata, Entries) = (metadata, entries);

    /// <summary>The map of texts; empty where the file has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors in the order of their bytes.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>The header's bytes, its length included; padded with spaces so that the tensors begin at a multiple of 8.</summary>
    /// <param name="metadata">The map of texts.</param>
    /// <param name="entries">The tensors, which tile the bytes that follow.</param>
    public static byte[] Write(IEnumerable<KeyValuePair<string, string>> metadata, IEnumerable<SafetensorsEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        ArgumentNullException.ThrowIfNull(entries);
        var buffer = new ArrayBufferWriter<byte>();
        buffer.Write(stackalloc byte[sizeof(ulong)]);
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            json.WriteStartObject(MetadataName);
            foreach (var (key, value) in metadata) json.WriteString(key, value);
            json.WriteEndObject();
            foreach (var entry in entries) Write(json, entry);
            json.WriteEndObject();
        }
        while (buffer.WrittenCount % Alignment != 0) buffer.Write(" "u8);
        byte[] bytes = buffer.WrittenSpan.ToArray();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)(bytes.Length - sizeof(ulong)));
        return bytes;
    }

    private static void Write(Utf8JsonWriter json, SafetensorsEntry entry)
    {
        json.WriteStartObject(entry.Name);
        json.WriteString("dtype", entry.Type.ToString());
        json.WriteStartArray("shape");
        foreach (long size in entry.Shape) json.WriteNumberValue(size);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(entry.Begin);
        json.WriteNumberValue(entry.End);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Reads a header and checks that its tensors tile the data.</summary>
    /// <param name="json">The header without its length.</param>
    /// <param name="dataLength">Bytes that follow it.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="InvalidDataException">It is not the header of a safetensors file, or not one of these data.</exception>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> json, long dataLength, string path)
    {
        var metadata = new Dictionary<string, string>();
        var entries = new Dictionary<string, SafetensorsEntry>();
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 4 });
            SafetensorsParts.Read(ref reader, metadata, entries);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"{path}: its header is not that of a safetensors file: {exception.Message}");
        }
        SafetensorsEntry[] ordered = [.. entries.Values.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End)];
        if (Fault(ordered, dataLength) is { } fault) throw new InvalidDataException($"{path}: {fault}");
        return new SafetensorsHeader(metadata, ordered);
    }

    /// <summary>A text from a file as a message shows it: cut, and without what a terminal would obey.</summary>
    public static string Shown(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string shown = string.Concat(text.Take(LongestShown).Select(letter => char.IsControl(letter) ? '?' : letter));
        return text.Length > LongestShown ? $"\"{shown}...\"" : $"\"{shown}\"";
    }

    private static string? Fault(SafetensorsEntry[] ordered, long dataLength)
    {
        long position = 0;
        foreach (var entry in ordered)
        {
            string what = $"tensor {entry.ShownName} has the bytes {entry.Begin} to {entry.End}";
            if (entry.Begin < 0 || entry.End < entry.Begin || entry.End > dataLength)
                return $"{what}, but the file has {dataLength} bytes of tensors";
            if (ByteCount(entry) is var due && due != entry.End - entry.Begin)
                return $"{what}, but {entry.Form} takes {(due < 0 ? "more than any file has" : due)}";
            if (entry.Begin < position) return $"{what}, which overlap those of the tensor before it, which end at {position}";
            if (entry.Begin > position) return $"{what}, which leaves a gap after the tensor before it, which ends at {position}";
            position = entry.End;
        }
        return position == dataLength ? null : $"the tensors end at byte {position}, but the file has {dataLength} bytes of tensors";
    }

    // Minus one where a size is negative or no file is that large.
    private static long ByteCount(SafetensorsEntry entry)
    {
        Int128 count = SafetensorsEntry.SizeOf(entry.Type);
        if (entry.Shape.Contains(0)) return 0;
        foreach (long size in entry.Shape)
        {
            count *= size;
            if (size < 0 || count > long.MaxValue) return -1;
        }
        return (long)count;
    }
}
