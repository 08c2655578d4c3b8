using System.Text.Json;
using System.Text.Json.Serialization;

namespace Etalon.Schedules;

/// <summary>How schedules and recipes are written as JSON: one line, properties in the order of their declaration, numbers that read back exactly.</summary>
internal static class ScheduleJson
{
    private static readonly JsonSerializerOptions _options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
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
            throw new JsonException("An object that should be a schedule lacks the property \"piece\", which names its kind; give it, as in \"piece\":\"linear\".", missing);
        }
    }
}
