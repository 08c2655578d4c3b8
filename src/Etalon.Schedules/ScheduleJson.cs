using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Etalon.Schedules;

/// <summary>
/// How schedules are written as JSON: one line, properties in the order of their declaration, numbers that read back exactly.
/// </summary>
internal static class ScheduleJson
{
    private static readonly JsonSerializerOptions _options = new()
    {
        TypeInfoResolver = ScheduleJsonContext.Default,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { Named<WarmupConvention>(), Named<RampShape>(), Named<DecayForm>(), new FiniteNumber() },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowOutOfOrderMetadataProperties = true,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, InfoOf<T>());

    public static T Read<T>(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, InfoOf<T>()) ?? throw new JsonException("The text is null; give an object.");
        }
        catch (JsonException) when (UnknownPiece(json) is { } unknown)
        {
            throw new JsonException(unknown);
        }
        catch (NotSupportedException missing)
        {
            throw new JsonException(
                "An object that should be a schedule lacks the property \"piece\", which names its kind; give it, as in "
                + "\"piece\":\"linear\".", missing);
        }
    }

    private static JsonTypeInfo<T> InfoOf<T>() => (JsonTypeInfo<T>)_options.GetTypeInfo(typeof(T));

    private static JsonStringEnumConverter<TEnum> Named<TEnum>() where TEnum : struct, Enum =>
        new(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);

    // What the reader says of a piece that it does not know names neither the pieces nor the one that was meant.
    private static string? UnknownPiece(string json)
    {
        string[] pieces = [.. typeof(Schedule).GetCustomAttributes<JsonDerivedTypeAttribute>()
            .Select(each => (string)each.TypeDiscriminator!)];
        try
        {
            using var document = JsonDocument.Parse(json);
            if (PiecesOf(document.RootElement).FirstOrDefault(name => !pieces.Contains(name)) is not { } wrong) return null;
            var nearest = pieces.MinBy(piece => Distance(wrong, piece))!;
            return Distance(wrong, nearest) <= 2
                ? $"There is no piece \"{wrong}\"; did you mean \"{nearest}\"?"
                : $"There is no piece \"{wrong}\"; the pieces are {string.Join(", ", pieces)}.";
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IEnumerable<string> PiecesOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray().SelectMany(PiecesOf),
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property =>
            property.NameEquals("piece") && property.Value.ValueKind == JsonValueKind.String
                ? [property.Value.GetString()!] : PiecesOf(property.Value)),
        _ => [],
    };

    // Levenshtein's: how many letters must be put in, taken out or exchanged.
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (var i = 0; i < a.Length; i++)
        {
            var diagonal = row[0]++;
            for (var j = 0; j < b.Length; j++)
            {
                var exchanged = diagonal + (a[i] == b[j] ? 0 : 1);
                diagonal = row[j + 1];
                row[j + 1] = Math.Min(exchanged, Math.Min(row[j], row[j + 1]) + 1);
            }
        }
        return row[^1];
    }

    // System.Text.Json reads 1e-400 as 0 and 1e400 as infinity.
    private sealed class FiniteNumber : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            double value = reader.GetDouble();
            if (double.IsInfinity(value))
                throw new JsonException($"The number {Text(reader)} is beyond the largest float64, {double.MaxValue:0.0e0}.");
            if (value == 0 && IsOther(reader.ValueSpan))
                throw new JsonException(
                    $"The number {Text(reader)} is nearer to 0 than any float64; write 0, or at least {double.Epsilon:0e0}.");
            return value;
        }

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) => writer.WriteNumberValue(value);

        // Digits before the exponent: 0e5 is 0, and 1e-400 is not.
        private static bool IsOther(ReadOnlySpan<byte> number)
        {
            int exponent = number.IndexOfAny((byte)'e', (byte)'E');
            return (exponent < 0 ? number : number[..exponent]).IndexOfAnyInRange((byte)'1', (byte)'9') >= 0;
        }

        private static string Text(in Utf8JsonReader reader) => Encoding.ASCII.GetString(reader.ValueSpan);
    }
}

/// <summary>What the compiler writes for reading and writing schedules, so that no type is inspected while the program runs.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(Schedule))]
[JsonSerializable(typeof(UpdateSchedule))]
internal sealed partial class ScheduleJsonContext : JsonSerializerContext;
