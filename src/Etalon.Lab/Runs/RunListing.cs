namespace Etalon.Lab.Runs;

/// <summary>
/// A run as a list shows it: from its result, and while it has none from the last line of its metrics. A damaged run is listed with its
/// fault, and hides no other run.
/// </summary>
internal sealed record RunListing
{
    /// <summary>The folder's name.</summary>
    public required string Name { get; init; }

    /// <summary>The folder.</summary>
    public required string Path { get; init; }

    /// <summary>How it stands.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>Updates done, as far as the folder says; null where it does not.</summary>
    public long? Updates { get; init; }

    /// <summary>What became of it; null while it is unfinished.</summary>
    public RunResult? Result { get; init; }

    /// <summary>What cannot be read of it and why; null where all can.</summary>
    public string? Fault { get; init; }

    /// <summary>All runs in a folder, by name; none where it does not exist.</summary>
    /// <param name="root">The folder of all runs.</param>
    public static IReadOnlyList<RunListing> Of(string root) => !Directory.Exists(root)
        ? []
        : [.. Directory.EnumerateDirectories(root).Where(path => !UnfinishedFolder.Is(path)).Order(StringComparer.Ordinal).Select(Read)
        .OfType<RunListing>()];

    private static RunListing? Read(string path)
    {
        var run = new RunListing { Name = RunFolder.NameOf(path), Path = path, Status = RunStatus.Unfinished };
        try
        {
            string resolved = System.IO.Path.Combine(path, RunFolder.ResolvedName);
            if (!RunFile.IsThere(resolved)) return null;
            RunFile.RequireObject(resolved);
            return RunSummary.ReadResult(path) is { } result
                ? run with { Status = result.Status, Result = result, Updates = result.Steps }
                : run with { Updates = MetricsFile.UpdatesOf(System.IO.Path.Combine(path, RunFolder.MetricsName)) };
        }
        catch (Exception exception) when (exception is InputException or IOException or UnauthorizedAccessException)
        {
            return run with { Status = RunStatus.Damaged, Fault = exception.Message };
        }
    }
}
