using System.Text.Json;
using System.Text.Json.Nodes;

namespace Etalon.Lab.Runs;

/// <summary>A run as the lists show it, read from its folder without locking its writer.</summary>
public sealed record RunSummary
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

    /// <summary>The metrics so far.</summary>
    public required IReadOnlyList<IReadOnlyDictionary<string, double>> Metrics { get; init; }

    /// <summary>All runs in a folder, by name; none where it does not exist.</summary>
    /// <param name="root">The folder of all runs.</param>
    public static IReadOnlyList<RunSummary> List(string root) => !Directory.Exists(root)
        ? []
        : [.. Directory.EnumerateDirectories(root)
            .Where(path => File.Exists(System.IO.Path.Combine(path, RunFolder.ResolvedName)))
            .Order(StringComparer.Ordinal)
            .Select(Read)];

    /// <summary>The run in a folder.</summary>
    /// <param name="path">The run's folder.</param>
    /// <exception cref="InputException">It is not a run's folder, or a file in it cannot be read.</exception>
    public static RunSummary Read(string path)
    {
        string resolved = System.IO.Path.Combine(path, RunFolder.ResolvedName);
        if (!File.Exists(resolved))
            throw new InputException($"{path} is not a run: it has no {RunFolder.ResolvedName}; `etalon runs list` shows the runs there are");
        return new RunSummary
        {
            Name = RunFolder.NameOf(path),
            Path = path,
            Resolved = Parse(resolved, text => JsonNode.Parse(text) as JsonObject),
            Result = ReadResult(path),
            Metrics = MetricsFile.Read(System.IO.Path.Combine(path, RunFolder.MetricsName)),
        };
    }

    /// <summary>What became of the run in a folder; null while it is unfinished.</summary>
    /// <exception cref="InputException">The file was damaged.</exception>
    internal static RunResult? ReadResult(string path)
    {
        string result = System.IO.Path.Combine(path, RunFolder.ResultName);
        return File.Exists(result) ? Parse(result, text => JsonSerializer.Deserialize<RunResult>(text, RunResult.Json)) : null;
    }

    private static T Parse<T>(string path, Func<string, T?> parse) where T : class
    {
        try
        {
            return parse(File.ReadAllText(path)) ?? throw new JsonException("an object is due");
        }
        catch (JsonException exception)
        {
            throw new InputException($"{path} is not what a run writes ({exception.Message}); was the file edited?");
        }
    }
}
