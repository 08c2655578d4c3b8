using System.Text.Json;

namespace Etalon.Engine.Files;

/// <summary>Reads the JSON of a safetensors header part by part, in memory that its length bounds. Each name may occur once.</summary>
internal static class SafetensorsParts
{
    // More than any tensor here has; the format itself names no limit.
    private const int MostDimensions = 16;

    /// <summary>Reads the whole header.</summary>
    /// <exception cref="JsonException">A part is missing, of the wrong kind, unknown, or there twice.</exception>
    public static void Read(ref Utf8JsonReader reader, Dictionary<string, string> metadata, Dictionary<string, SafetensorsEntry> entries)
    {
        bool hasMetadata = false;
        Expect(ref reader, JsonTokenType.StartObject);
        while (NextName(ref reader) is { } name)
        {
            if (name != SafetensorsHeader.MetadataName)
            {
                if (!entries.TryAdd(name, ReadTensor(ref reader, name))) throw new JsonException($"two tensors are named {Shown(name)}");
                continue;
            }
            if (hasMetadata) throw new JsonException($"{name} is there twice");
            hasMetadata = true;
            ReadMetadata(ref reader, metadata);
        }
        // Anything but white space after the end is a fault that the reader finds.
        reader.Read();
    }

    private static void ReadMetadata(ref Utf8JsonReader reader, Dictionary<string, string> metadata)
    {
        Expect(ref reader, JsonTokenType.StartObject);
        while (NextName(ref reader) is { } key)
        {
            Expect(ref reader, JsonTokenType.String);
            if (!metadata.TryAdd(key, reader.GetString()!)) throw new JsonException($"its metadata has {Shown(key)} twice");
        }
    }

    private static SafetensorsEntry ReadTensor(ref Utf8JsonReader reader, string name)
    {
        SafetensorsType? type = null;
        List<long>? shape = null, bytes = null;
        Expect(ref reader, JsonTokenType.StartObject);
        while (NextName(ref reader) is { } key)
        {
            switch (key)
            {
                case "dtype" when type is null:
                    type = ReadType(ref reader, name);
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers(ref reader, MostDimensions);
                    break;
                case "data_offsets" when bytes is null:
                    bytes = ReadNumbers(ref reader, most: 2);
                    break;
                default:
                    throw new JsonException($"tensor {Shown(name)} has {Shown(key)}, which is unknown or there twice");
            }
        }
        return type is not null && shape is not null && bytes is [var begin, var end]
            ? new SafetensorsEntry(name, type.Value, shape, begin, end)
            : throw new JsonException($"tensor {Shown(name)} does not have dtype, shape and two data_offsets");
    }

    private static SafetensorsType ReadType(ref Utf8JsonReader reader, string name)
    {
        Expect(ref reader, JsonTokenType.String);
        return reader.GetString() switch
        {
            nameof(SafetensorsType.F32) => SafetensorsType.F32,
            nameof(SafetensorsType.F64) => SafetensorsType.F64,
            nameof(SafetensorsType.I64) => SafetensorsType.I64,
            var other => throw new JsonException($"tensor {Shown(name)} is of type {Shown(other!)}; etalon reads F32 and F64"),
        };
    }

    private static List<long> ReadNumbers(ref Utf8JsonReader reader, int most)
    {
        var numbers = new List<long>();
        Expect(ref reader, JsonTokenType.StartArray);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (numbers.Count == most) throw new JsonException($"a list has more than {most} numbers at byte {reader.TokenStartIndex}");
            numbers.Add(reader.GetInt64());
        }
        return numbers;
    }

    private static string? NextName(ref Utf8JsonReader reader)
    {
        if (!reader.Read()) throw new JsonException("it ends too early");
        return reader.TokenType == JsonTokenType.PropertyName ? reader.GetString() : null;
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type)
    {
        if (!reader.Read() || reader.TokenType != type) throw new JsonException($"expected {type} at byte {reader.TokenStartIndex}");
    }

    private static string Shown(string name) => SafetensorsHeader.Shown(name);
}
