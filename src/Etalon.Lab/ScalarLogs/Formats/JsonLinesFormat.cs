using System.Text.Json;
using Etalon.Lab.Files;

namespace Etalon.Lab.ScalarLogs;

/// <summary>JSON lines: an object a line, with a step and numbers by name.</summary>
internal sealed class JsonLinesFormat : LogFormat
{
    /// <inheritdoc/>
    public override string Words => "a log of JSON lines";

    /// <inheritdoc/>
    public override bool Recognizes(string path, string head)
    {
        string line = head.AsSpan().TrimStart().ToString();
        int end = line.IndexOfAny(['\n', '\r']);
        if (end >= 0) line = line[..end];
        if (!line.StartsWith('{') || !line.TrimEnd().EndsWith('}')) return false;
        try
        {
            using var json = LogText.Json(line, path);
            return json.RootElement.ValueKind == JsonValueKind.Object && NamesOf(json.RootElement) is var names
                && SeriesNames.StepOf(names) is not null;
        }
        catch (InputException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public override ScalarLog Read(string path, string? run)
    {
        var log = new ScalarLog(path, Words);
        using var reader = new StreamReader(LogText.Open(path));
        foreach (var line in CsvLines.Of(reader, path))
        {
            if (line.IsBlank) continue;
            // A last line without its end is one that is still being written.
            if (!line.IsWhole && !line.Line.TrimEnd().EndsWith('}')) break;
            using var json = LogText.Json(line.Line.TrimStart('\ufeff'), $"{path}:{line.Number}:line");
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                throw new InputException($"{path}:{line.Number}: must be an object, as in {{\"step\": 0, \"lr\": 0.1}}");
            var names = NamesOf(json.RootElement);
            if (SeriesNames.StepOf(names) is not { } axis || LogText.Step(json.RootElement.GetProperty(axis)) is not { } step) continue;
            foreach (var cell in json.RootElement.EnumerateObject())
                if (cell.Name != axis && LogText.Number(cell.Value) is { } value) log.Add(cell.Name, step, value);
        }
        return log;
    }

    private static List<string> NamesOf(JsonElement row) => [.. row.EnumerateObject().Select(cell => cell.Name)];
}
