using System.Text.Json;
using System.Text.Json.Nodes;

namespace Etalon.Lab.Runs;

/// <summary>A run, read from its folder without locking its writer.</summary>
internal sealed record RunSummary
{
    /// <summary>The folder's name.</summary>
    public required string Name { get; init; }

    /// <summary>The folder.</summary>
    public required string Path { get; init; }

    /// <summary>How it stands.</summary>
    public RunStatus Status => Result?.Status ?? RunStatus.Unfinished;

    /// <summary>The recipe as resolved.</summary>
    public required JsonObject Resolved { get; init; }

    /// <summary>What became of it; null while it is unfinished.</summary>
    public RunResult? Result { get; init; }

    /// <summary>The metrics so far, read when they are first asked for.</summary>
    /// <exception cref="InputException">A line of them is damaged.</exception>
    public IReadOnlyList<IReadOnlyDictionary<string, double>> Metrics
    {
        get => field ??= MetricsFile.Read(MetricsPath);
        init;
    }

    /// <summary>Those lines of the metrics that have one of a name, in memory for them alone.</summary>
    /// <exception cref="InputException">A line is damaged.</exception>
    public IReadOnlyList<IReadOnlyDictionary<string, double>> MetricsWith(string name) => MetricsFile.With(name, MetricsPath);

    /// <summary>The lines of the metrics as they stand in the file, one at a time.</summary>
    /// <exception cref="InputException">A line is damaged.</exception>
    public IEnumerable<string> MetricsLines => MetricsFile.Lines(MetricsPath);

    private string MetricsPath => System.IO.Path.Combine(Path, RunFolder.MetricsName);

    /// <summary>The run in a folder, with its metrics in memory.</summary>
    /// <param name="path">The run's folder.</param>
    /// <exception cref="InputException">It is not a run's folder, or a file in it cannot be read.</exception>
    public static RunSummary Read(string path)
    {
        var run = Open(path);
        return run with { Metrics = run.Metrics };
    }

    /// <summary>The same without its metrics, which are read where they are asked for.</summary>
    /// <inheritdoc cref="Read"/>
    public static RunSummary Open(string path)
    {
        string resolved = RunFolder.ResolvedOf(path);
        return new RunSummary
        {
            Name = RunFolder.NameOf(path),
            Path = path,
            Resolved = RunFile.Object(resolved),
            Result = ReadResult(path),
        };
    }

    /// <summary>What became of the run in a folder; null while it is unfinished.</summary>
    /// <exception cref="InputException">The file was damaged.</exception>
    internal static RunResult? ReadResult(string path)
    {
        string result = System.IO.Path.Combine(path, RunFolder.ResultName);
        return File.Exists(result)
            ? RunFile.Parse(result,
            text => JsonSerializer.Deserialize<RunResult>(text, RunResult.Json) ?? throw new JsonException("an object is expected")) : null;
    }
}
