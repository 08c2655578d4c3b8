namespace Etalon.Lab.Runs;

/// <summary>Which checkpoint of a run to go on from.</summary>
internal static class CheckpointChoice
{
    /// <summary>The last checkpoint that is whole; null where the run has none at all.</summary>
    /// <param name="run">The run's folder.</param>
    /// <param name="notes">Takes a sentence for each later one that cannot be used.</param>
    /// <exception cref="InputException">None can be used; each is named with the cause.</exception>
    public static Checkpoint? Last(string run, List<string> notes) => Last(run, notes, _ => null);

    /// <summary>The last checkpoint that is whole and from which the metrics can go on too.</summary>
    /// <inheritdoc cref="Last(string, List{string})"/>
    public static Checkpoint? LastWithMetrics(string run, List<string> notes) =>
        Last(run, notes, checkpoint => MetricsMark.Of(checkpoint).FaultIn(Path.Combine(run, RunFolder.MetricsName)));

    /// <summary>The checkpoint after so many updates.</summary>
    /// <exception cref="InputException">There is none, or it is damaged.</exception>
    public static Checkpoint At(string run, long step)
    {
        var folder = new CheckpointFolder(run);
        if (!File.Exists(folder.PathOf(step)))
            throw new InputException($"{run} has no checkpoint after update {step}; it has {(folder.Steps() is { Count: > 0 } steps ? string.Join(", ", steps) : "none")}");
        return Checkpoint.Open(folder.PathOf(step));
    }

    private static Checkpoint? Last(string run, List<string> notes, Func<Checkpoint, string?> faultOf)
    {
        var folder = new CheckpointFolder(run);
        var steps = folder.Steps();
        foreach (long step in steps)
        {
            Checkpoint? checkpoint = null;
            string? fault;
            try
            {
                checkpoint = Checkpoint.Open(folder.PathOf(step));
                fault = checkpoint.Step == step ? faultOf(checkpoint) : $"it holds the state after update {checkpoint.Step}, not {step}";
                if (fault is null) return checkpoint;
                fault = $"{checkpoint.Path}: {fault}";
            }
            catch (InputException exception)
            {
                fault = exception.Message;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                fault = $"{folder.PathOf(step)}: {exception.Message}";
            }
            checkpoint?.Dispose();
            notes.Add(fault);
        }
        return steps.Count == 0 ? null : throw new InputException([.. notes, $"{run} has no other checkpoint; train its recipe anew, or restore a file from a backup"]);
    }
}
