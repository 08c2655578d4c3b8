using System.Text.Json;

namespace Etalon.Lab.Runs;

/// <summary>Reads metrics.jsonl while a run may still be writing it; a last line that is not whole is left out.</summary>
public static class MetricsFile
{
    /// <summary>The lines of a run's metrics, each a set of names and numbers; none where the file is missing.</summary>
    /// <exception cref="InputException">A line before the last is not a JSON object.</exception>
    public static IReadOnlyList<IReadOnlyDictionary<string, double>> Read(string path)
    {
        if (!File.Exists(path)) return [];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        string[] lines = reader.ReadToEnd().Split('\n');
        // What follows the last newline is empty, or torn.
        return [.. lines.SkipLast(1).Select((line, index) => Parse(line, path, index + 1))];
    }

    private static Dictionary<string, double> Parse(string line, string path, int number)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement.EnumerateObject().ToDictionary(
                entry => entry.Name,
                entry => entry.Value.ValueKind == JsonValueKind.Number ? entry.Value.GetDouble() : double.NaN);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException or FormatException)
        {
            throw new InputException($"{path}: line {number} is not a JSON object of metrics; was the file edited? Restore it or remove the line");
        }
    }
}
