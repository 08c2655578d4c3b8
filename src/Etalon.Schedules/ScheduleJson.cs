using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Etalon.Schedules;

/// <summary>
/// How schedules are written as JSON: one line, properties in the order of their declaration, numbers that read back exactly.
/// </summary>
internal static class ScheduleJson
{
    private static readonly JsonSerializerOptions _options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false), new FiniteNumber() },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowOutOfOrderMetadataProperties = true,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, _options);

    public static T Read<T>(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, _options) ?? throw new JsonException("The text is null; give an object.");
        }
        catch (NotSupportedException missing)
        {
            throw new JsonException(
                "An object that should be a schedule lacks the property \"piece\", which names its kind; give it, as in "
                + "\"piece\":\"linear\".", missing);
        }
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
