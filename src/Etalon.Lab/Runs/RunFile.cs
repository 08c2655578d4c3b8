using System.Text.Json;
using System.Text.Json.Nodes;
using Etalon.Lab.Files;

namespace Etalon.Lab.Runs;

/// <summary>
/// Reads the files of a run. They are regular files: a pipe in the place of one would be waited for without end, a device read without end.
/// </summary>
internal static class RunFile
{
    // A table of 64-bit numbers for a million updates has 20 MB.
    private const long LongestText = 1 << 26;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>
    /// Whether something stands at a path. Unlike <see cref="File.Exists"/> this tells what is not there from what may not be seen.
    /// </summary>
    /// <exception cref="IOException">It cannot be seen.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be seen.</exception>
    public static bool IsThere(string path)
    {
        try
        {
            File.GetAttributes(path);
            return true;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Opens a file that its run may still write, and may clear away.</summary>
    /// <param name="path">The file.</param>
    /// <param name="bufferSize">Bytes of the stream's buffer; 0 for none.</param>
    /// <exception cref="InputException">Something other than a regular file stands there.</exception>
    /// <exception cref="IOException">Nothing stands there, or it cannot be read.</exception>
    public static FileStream Open(string path, int bufferSize = 0)
    {
        if (FileNode.TryOf(path) is { Kind: not FileKind.Regular and var kind })
            throw new InputException(
                $"{path} is a {kind.ToString().ToLowerInvariant()}, where a run writes a file; move it away, or restore the file");
        return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize);
    }

    /// <summary>The text of a file in UTF-8.</summary>
    /// <exception cref="InputException">It is no regular file, or too long for what a run writes.</exception>
    public static string Text(string path)
    {
        using var file = Open(path);
        if (file.Length > LongestText) throw new InputException($"{path}: has more than {LongestText} bytes; was the file edited?");
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }

    /// <summary>The JSON object in a file.</summary>
    /// <exception cref="InputException">The file holds something else, a name twice, or is none.</exception>
    public static JsonObject Object(string path) => Parse(path, text =>
    {
        var json = JsonNode.Parse(text, documentOptions: Strict) as JsonObject ?? throw new JsonException("an object is expected");
        Decode(json);
        return json;
    });

    // A node decodes a text only when somebody asks for it.
    private static void Decode(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                foreach (var (_, value) in map) Decode(value);
                break;
            case JsonArray list:
                foreach (var item in list) Decode(item);
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                value.GetValue<string>();
                break;
        }
    }

    /// <summary>Refuses a file in which there is no JSON object, without keeping what it says.</summary>
    /// <inheritdoc cref="Object"/>
    public static void RequireObject(string path) => Parse(path, text =>
    {
        using var json = JsonDocument.Parse(text, Strict);
        return json.RootElement.ValueKind == JsonValueKind.Object ? true : throw new JsonException("an object is expected");
    });

    /// <summary>What a file says in JSON.</summary>
    /// <param name="path">The file.</param>
    /// <param name="parse">Reads its text.</param>
    /// <exception cref="InputException">The text cannot be read as that, or is no regular file's.</exception>
    public static T Parse<T>(string path, Func<string, T> parse)
    {
        string text = Text(path);
        try
        {
            return parse(text);
        }
        // Half of a surrogate pair is found where a text is asked for: an InvalidOperationException.
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new InputException($"{path} is not what a run writes ({exception.Message}); was the file edited?");
        }
    }
}
