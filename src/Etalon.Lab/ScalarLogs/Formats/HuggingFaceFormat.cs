using System.Text.Json;

namespace Etalon.Lab.ScalarLogs;

/// <summary>
/// trainer_state.json of Hugging Face's Trainer. Its step counts updates that are done, so a row speaks of the update before. The rate is
/// that of the same update from version 4.51 on, and of the next one before.
/// </summary>
internal sealed class HuggingFaceFormat : LogFormat
{
    private const string FileName = "trainer_state.json", History = "log_history", Rate = "learning_rate";

    /// <inheritdoc/>
    public override string Words => "a trainer_state.json of Hugging Face";

    /// <inheritdoc/>
    public override bool Recognizes(string path, string head) => Directory.Exists(path)
        ? File.Exists(Path.Combine(path, FileName))
        : head.TrimStart().StartsWith('{')
            && (head.Contains($"\"{History}\"", StringComparison.Ordinal) || Path.GetFileName(path) == FileName);

    /// <inheritdoc/>
    public override ScalarLog Read(string path, string? run)
    {
        string file = Directory.Exists(path) ? Path.Combine(path, FileName) : path;
        using var json = LogText.Json(LogText.Whole(file), file);
        if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty(History, out var history)
            || history.ValueKind != JsonValueKind.Array)
            throw new InputException($"{file}: has no list {History}; give the trainer_state.json of an output folder or a checkpoint");
        var log = new ScalarLog(file, Words);
        var rows = new List<(long Step, JsonElement Row)>();
        foreach (var row in history.EnumerateArray())
            if (row.ValueKind == JsonValueKind.Object && row.TryGetProperty("step", out var at) && LogText.Step(at) is { } step and > 0)
                rows.Add((step, row));
        if (json.RootElement.TryGetProperty("max_steps", out var most) && LogText.Step(most) is { } updates)
            log.Settings["max_steps"] = $"{updates}";
        bool isOfNextUpdate = IsOfNextUpdate(json.RootElement, rows, out bool isGuess);
        foreach (var (step, row) in rows)
        {
            foreach (var cell in row.EnumerateObject())
                if (cell.Name is not ("step" or "epoch") && LogText.Number(cell.Value) is { } value)
                    log.Add(cell.Name, cell.Name == Rate && isOfNextUpdate ? step : step - 1, value);
        }
        if (isGuess)
            log.Warnings.Add(
                $"{file}: whether a row has its own update's rate or the next one's depends on the version, which it does not tell; the "
                + "next one's is taken, as before 4.51, so that rates may stand one update too late");
        return log;
    }

    // A schedule that ends at 0 has it in its last row only where the row has the next update's rate.
    private static bool IsOfNextUpdate(JsonElement root, List<(long Step, JsonElement Row)> rows, out bool isGuess)
    {
        var rates = rows.Where(row => row.Row.TryGetProperty(Rate, out _)).ToList();
        bool endsAt0 = rates.Count > 0 && LogText.Number(rates[^1].Row.GetProperty(Rate)) == 0;
        bool isNew = root.TryGetProperty("best_global_step", out _);
        isGuess = rates.Count > 0 && !endsAt0 && !isNew;
        return endsAt0 || !isNew;
    }
}
