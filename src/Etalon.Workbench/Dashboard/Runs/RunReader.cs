using System.Diagnostics;
using System.Text.Json;
using Etalon.Lab;
using Etalon.Lab.Runs;

namespace Etalon.Workbench.Dashboard;

/// <summary>Reads what the list shows of a run, and again only what changed in its folder.</summary>
/// <param name="id">Its name in addresses.</param>
/// <param name="path">Its folder.</param>
internal sealed class RunReader(string id, string path)
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    // A run that has ended changes when its folder does; what is edited in place by hand is seen after this long.
    private static readonly TimeSpan Anew = TimeSpan.FromMinutes(1);

    private readonly RunLife _life = new();
    private DateTime _written;
    private long _readAt;
    private Stamp _resolved, _result, _metrics;
    private RunFacts _recipe = new() { Id = id, Path = path, State = RunState.Damaged };
    private RunResult? _ended;
    private long? _updates;

    /// <summary>The facts as they were read last.</summary>
    public RunFacts Facts { get; private set; } = new() { Id = id, Path = path, State = RunState.Damaged };

    /// <summary>Whether more is to come.</summary>
    public bool IsLive => Facts.State == RunState.Running;

    /// <summary>Reads what changed; true where the facts are others now.</summary>
    public bool Refresh()
    {
        var before = Facts;
        try
        {
            var written = Directory.GetLastWriteTimeUtc(path);
            if (_ended is not null && Facts.Fault is null && written == _written && Stopwatch.GetElapsedTime(_readAt) < Anew) return false;
            Facts = Read();
            (_written, _readAt) = (written, Stopwatch.GetTimestamp());
        }
        catch (Exception exception) when (exception is InputException or IOException or UnauthorizedAccessException)
        {
            Facts = _recipe with
            {
                State = RunState.Damaged,
                Fault = exception.Message,
                Updates = _updates,
                MetricsBytes = _metrics.Length
            };
            (_resolved, _result) = (default, default);
        }
        return Facts != before;
    }

    private RunFacts Read()
    {
        RunPlace.RequireInside(path);
        var resolved = Stamp.Of(Path.Combine(path, RunFolder.ResolvedName));
        if (resolved != _resolved)
        {
            _recipe = ReadRecipe();
            _resolved = resolved;
        }
        var result = Stamp.Of(Path.Combine(path, RunFolder.ResultName));
        if (result != _result)
        {
            _ended = result.Length < 0 ? null : RunSummary.ReadResult(path);
            _result = result;
        }
        var metrics = Stamp.Of(Path.Combine(path, RunFolder.MetricsName));
        if (_ended is null && metrics != _metrics)
            _updates = MetricsFile.UpdatesOf(Path.Combine(path, RunFolder.MetricsName));
        _metrics = metrics;
        var facts = _recipe with { MetricsBytes = Math.Max(0, metrics.Length) };
        return _ended is { } ended
            ? facts with { State = StateOf(ended.Status), Result = ended, Updates = ended.Steps }
            : facts with { State = _life.IsHeld(path) ? RunState.Running : RunState.Interrupted, Updates = _updates };
    }

    private RunFacts ReadRecipe() => RunFile.Parse(Path.Combine(path, RunFolder.ResolvedName), text =>
    {
        using var json = JsonDocument.Parse(text, Strict);
        var root = json.RootElement;
        if (root.ValueKind != JsonValueKind.Object) throw new JsonException("an object is expected");
        var keys = new Dictionary<string, string>();
        if (root.TryGetProperty("recipe", out var recipe)) RecipeKeys.Add(keys, "", recipe);
        var parent = root.TryGetProperty(RunParent.Key, out var fork) && fork.ValueKind == JsonValueKind.Object
            ? fork : default(JsonElement?);
        return new RunFacts
        {
            Id = id,
            Path = path,
            State = RunState.Damaged,
            RecipeHash = Text(root, "recipe_sha256"),
            Parent = parent is { } named ? Text(named, "run") : null,
            ForkedAfter = parent is { } left && left.TryGetProperty("step", out var step) && step.ValueKind == JsonValueKind.Number
                && step.TryGetInt64(out long updates) && updates >= 0 ? updates : null,
            ParentHash = parent is { } hashed ? Text(hashed, "recipe_sha256") : null,
            TotalUpdates = Whole(keys.GetValueOrDefault("duration")),
            UpdatesOfEpoch = Whole(keys.GetValueOrDefault("steps_per_epoch")),
            Batch = Whole(keys.GetValueOrDefault("data.batch")),
            Keys = keys,
        };
    });

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long? Whole(string? text) =>
        text is not null && NumberText.TryReadWhole(text.EndsWith("ba", StringComparison.Ordinal) ? text[..^2] : text, out long value,
            out _)
            ? value : null;

    private static RunState StateOf(RunStatus status) => status switch
    {
        RunStatus.Done => RunState.Done,
        RunStatus.Interrupted or RunStatus.Unfinished => RunState.Interrupted,
        RunStatus.Diverged => RunState.Diverged,
        RunStatus.Failed => RunState.Failed,
        _ => RunState.Damaged,
    };

    // A file as far as a look at its folder tells; its length is negative where it is missing.
    private readonly record struct Stamp(long Length, long Written)
    {
        public static Stamp Of(string file)
        {
            var info = new FileInfo(file);
            return info.Exists ? new Stamp(info.Length, info.LastWriteTimeUtc.Ticks) : new Stamp(-1, 0);
        }
    }
}
