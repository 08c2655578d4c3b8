using System.Text.Json;
using System.Text.Json.Serialization;

namespace Etalon.Workbench.Json;

/// <summary>How every verb writes JSON: indented, names and words in snake_case, numbers that are not finite by name.</summary>
internal static class JsonFormat
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };
}
