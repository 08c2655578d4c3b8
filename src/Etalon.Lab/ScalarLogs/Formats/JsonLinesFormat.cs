using System.Text.Json;
using Etalon.Lab.Files;

namespace Etalon.Lab.ScalarLogs;

/// <summary>
/// JSON lines: an object a line, with a step and numbers by name. Objects within it give their names to the numbers, as folders do.
/// </summary>
internal sealed class JsonLinesFormat : LogFormat
{
    // Rates of parameter groups, as get_last_lr() of PyTorch has them; what is longer is no list of such.
    private const int MostGroups = 16;

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
            foreach (var (name, cell) in Cells(json.RootElement, ""))
                if (name == ScalarLog.Optimizer && cell.ValueKind == JsonValueKind.String) log.Settings[name] = cell.GetString()!;
                else if (name != axis && LogText.Number(cell) is { } value) log.Add(name, step, value);
        }
        return log;
    }

    private static IEnumerable<(string Name, JsonElement Cell)> Cells(JsonElement row, string folder)
    {
        foreach (var cell in row.EnumerateObject())
        {
            string name = folder + cell.Name;
            IEnumerable<(string, JsonElement)> within = cell.Value.ValueKind switch
            {
                JsonValueKind.Object => Cells(cell.Value, name + "/"),
                JsonValueKind.Array when cell.Value.GetArrayLength() == 1 => [(name, cell.Value[0])],
                JsonValueKind.Array when cell.Value.GetArrayLength() <= MostGroups =>
                    cell.Value.EnumerateArray().Select((item, i) => ($"{name}/group{i}", item)),
                _ => [(name, cell.Value)],
            };
            foreach (var each in within) yield return each;
        }
    }

    private static List<string> NamesOf(JsonElement row) => [.. row.EnumerateObject().Select(cell => cell.Name)];
}
