using System.Text;
using System.Text.Json;

namespace Etalon.Lab.ScalarLogs;

/// <summary>Texts of logs: their beginnings, and JSON as Python writes it.</summary>
internal static class LogText
{
    private const int HeadLength = 1 << 16, LongestHeader = 1 << 22, LongestJson = 1 << 26, Deepest = 64;

    /// <summary>The beginning of a file as text: 64 kB, and more where its first line is longer. UTF-16 is read by its mark.</summary>
    public static string Head(string path)
    {
        using var reader = new StreamReader(Open(path));
        var block = new char[HeadLength];
        var head = new StringBuilder();
        bool isWhole;
        do
        {
            int count = reader.ReadBlock(block);
            head.Append(block, 0, count);
            // A table of thousands of metrics has a header that is longer than a block.
            isWhole = count < HeadLength || block.AsSpan(0, count).IndexOfAny('\n', '\r') >= 0;
        }
        while (!isWhole && head.Length < LongestHeader);
        return head.ToString().TrimStart('\ufeff');
    }

    /// <summary>A file that another process may be writing.</summary>
    public static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>The whole of a JSON file.</summary>
    /// <exception cref="InputException">It is larger than 64 MB.</exception>
    public static string Whole(string path)
    {
        using var file = Open(path);
        if (file.Length > LongestJson)
            throw new InputException($"{path}: has {file.Length:#,0} bytes; more than {LongestJson:#,0} are no log of scalars");
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }

    /// <summary>JSON with Python's words for what is not finite, which count as such numbers.</summary>
    /// <param name="text">The text.</param>
    /// <param name="source">The place for messages: a file, or a file and a line.</param>
    /// <exception cref="InputException">It is no JSON.</exception>
    public static JsonDocument Json(string text, string source)
    {
        try
        {
            return JsonDocument.Parse(WithoutInfinities(text), new JsonDocumentOptions { MaxDepth = Deepest, AllowTrailingCommas = true });
        }
        catch (JsonException exception)
        {
            string place = exception.LineNumber is { } line && !source.Contains(":line", StringComparison.Ordinal)
                ? $":{line + 1}:{exception.BytePositionInLine + 1}" : "";
            throw new InputException(
                $"{source}{place}: is no JSON that can be read: {exception.Message.Split(" LineNumber")[0].TrimEnd('.')}");
        }
    }

    /// <summary>Whether a text is a word for a number that is not finite, as Python and others write it.</summary>
    public static bool IsNotFinite(ReadOnlySpan<char> word)
    {
        word = word.Trim().TrimStart("+-");
        return word.Equals("nan", StringComparison.OrdinalIgnoreCase) || word.Equals("inf", StringComparison.OrdinalIgnoreCase)
            || word.Equals("infinity", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>
    /// A number, NaN for one that is not finite and for a text that is none; null for anything else. Some tools write numbers as text.
    /// </summary>
    public static double? Number(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.TryGetDouble(out double number) ? number : null,
        JsonValueKind.String => NumberText.Read(value.GetString(), out double number) == NumberText.Fault.None ? number : double.NaN,
        _ => null,
    };

    /// <summary>A step: a whole number of at least 0; null for anything else.</summary>
    public static long? Step(JsonElement value) =>
        Number(value) is { } number && number is >= 0 and <= 9007199254740992 && double.IsInteger(number) ? (long)number : null;

    // NaN, Infinity and -Infinity outside of strings.
    private static string WithoutInfinities(string text)
    {
        if (!text.Contains("NaN", StringComparison.Ordinal) && !text.Contains("Infinity", StringComparison.Ordinal)) return text;
        var plain = new StringBuilder(text.Length);
        bool inString = false;
        for (int i = 0; i < text.Length; i++)
        {
            char letter = text[i];
            if (letter == '"') inString = !inString;
            if (inString && letter == '\\' && i + 1 < text.Length)
            {
                plain.Append(letter).Append(text[++i]);
                continue;
            }
            string? word = inString ? null
                : ((string[])["NaN", "-Infinity", "Infinity"])
                .FirstOrDefault(each => string.CompareOrdinal(text, i, each, 0, each.Length) == 0);
            if (word is null)
            {
                plain.Append(letter);
                continue;
            }
            plain.Append('"').Append(word).Append('"');
            i += word.Length - 1;
        }
        return plain.ToString();
    }
}
