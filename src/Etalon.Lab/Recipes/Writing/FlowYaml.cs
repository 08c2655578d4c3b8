using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Etalon.Lab.Recipes;

/// <summary>
/// JSON as YAML that people like to read: a line for each part and each piece, braces within, quotes where they are needed.
/// </summary>
internal static partial class FlowYaml
{
    /// <summary>The text, ending with a line end.</summary>
    public static string Write(JsonObject json)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in json)
        {
            if (value is JsonArray { Count: > 0 } list && list[0] is JsonObject)
            {
                text.Append(key).Append(":\n");
                foreach (var item in list)
                {
                    var (name, parameters) = ((JsonObject)item!).First();
                    text.Append("  - ").Append(name).Append(": ");
                    Flow(parameters, text);
                    text.Append('\n');
                }
                continue;
            }
            text.Append(key).Append(": ");
            Flow(value, text);
            text.Append('\n');
        }
        return text.ToString();
    }

    /// <summary>A part in one line.</summary>
    public static string Inline(JsonNode node)
    {
        var text = new StringBuilder();
        Flow(node, text);
        return text.ToString();
    }

    private static void Flow(JsonNode? node, StringBuilder text)
    {
        switch (node)
        {
            case JsonObject json:
                text.Append('{');
                foreach (var (key, value) in json)
                {
                    if (text[^1] != '{') text.Append(", ");
                    text.Append(key).Append(": ");
                    Flow(value, text);
                }
                text.Append('}');
                break;
            case JsonArray list:
                text.Append('[');
                foreach (var item in list)
                {
                    if (text[^1] != '[') text.Append(", ");
                    Flow(item, text);
                }
                text.Append(']');
                break;
            case JsonValue value when value.TryGetValue<string>(out var word) && PlainWord().IsMatch(word):
                text.Append(word);
                break;
            default:
                text.Append(node?.ToJsonString());
                break;
        }
    }

    // Words and durations; true, null and numbers would change their kind without quotes.
    [GeneratedRegex("^(?!true$|false$|null$)[A-Za-z][A-Za-z0-9_.+-]*$|^[0-9.]+ba$", RegexOptions.CultureInvariant)]
    private static partial Regex PlainWord();
}
