using Etalon.Lab.Recipes;

namespace Etalon.Lab.Runs;

/// <summary>Which checkpoint of a run to continue from.</summary>
internal static class CheckpointChoice
{
    /// <summary>The last checkpoint of a recipe that is whole; null where the run has none at all.</summary>
    /// <param name="run">The run's folder.</param>
    /// <param name="recipe">The recipe.</param>
    /// <param name="notes">Takes a sentence for each later one that cannot be used.</param>
    /// <exception cref="InputException">None can be used; each is named with the cause.</exception>
    public static Checkpoint? Last(string run, Recipe recipe, List<string> notes) =>
        Last(run, notes, checkpoint => FaultOf(checkpoint, run, recipe));

    /// <summary>The last checkpoint that is whole, of whatever recipe.</summary>
    /// <inheritdoc cref="Last(string, Recipe, List{string})"/>
    public static Checkpoint? Last(string run, List<string> notes) => Last(run, notes, _ => null);

    /// <summary>The last checkpoint that is whole and from which the metrics can continue too.</summary>
    /// <inheritdoc cref="Last(string, Recipe, List{string})"/>
    public static Checkpoint? LastWithMetrics(string run, List<string> notes)
    {
        bool isWhole = false;
        try
        {
            return Last(run, notes, checkpoint =>
            {
                isWhole = true;
                return MetricsPosition.Of(checkpoint).FaultIn(Path.Combine(run, RunFolder.MetricsName));
            });
        }
        catch (InputException exception) when (isWhole)
        {
            throw new InputException(
                [.. exception.Problems.SkipLast(1),
                    $"{run} cannot go on without the metrics before its checkpoints, but a new run can from the last whole one: etalon "
                    + $"fork {run}"]);
        }
    }

    /// <summary>The checkpoint after so many updates of a recipe.</summary>
    /// <exception cref="InputException">There is none, it is damaged, or that of another recipe.</exception>
    public static Checkpoint At(string run, Recipe recipe, long step)
    {
        var folder = new CheckpointFolder(run);
        if (!File.Exists(folder.PathOf(step)))
            throw new InputException(
                $"{run} has no checkpoint after update {step}; it has "
                + $"{(folder.Steps() is { Count: > 0 } steps ? string.Join(", ", steps.Select(kept => $"{kept}")) : "none")}");
        return Checked(Checkpoint.Open(folder.PathOf(step)), run, recipe, step);
    }

    /// <summary>A checkpoint that is the one after so many updates of a recipe; another is closed.</summary>
    /// <exception cref="InputException">It is not.</exception>
    public static Checkpoint Checked(Checkpoint checkpoint, string run, Recipe recipe, long step)
    {
        if ((StepFault(checkpoint, step) ?? FaultOf(checkpoint, run, recipe)) is not { } fault) return checkpoint;
        checkpoint.Dispose();
        throw new InputException($"{checkpoint.Path}: {fault}");
    }

    private static string? FaultOf(Checkpoint checkpoint, string run, Recipe recipe) =>
        RunIdentity.Of(checkpoint).Recipe is var hash && hash == recipe.Hash
        ? null
        : $"it is the state of another recipe, of hash {hash}, than that of {Path.Combine(run, RunFolder.ResolvedName)}, of hash "
            + $"{recipe.Hash}; was one of the files edited, or copied there? Put it back";

    private static string? StepFault(Checkpoint checkpoint, long step) =>
        checkpoint.Step == step ? null : $"it holds the state after update {checkpoint.Step}, not {step}";

    private static Checkpoint? Last(string run, List<string> notes, Func<Checkpoint, string?> faultOf)
    {
        var folder = new CheckpointFolder(run);
        var steps = folder.Steps();
        List<string> faults = [];
        foreach (long step in steps)
        {
            Checkpoint? checkpoint = null;
            string? fault;
            try
            {
                checkpoint = Checkpoint.Open(folder.PathOf(step));
                fault = StepFault(checkpoint, step) ?? faultOf(checkpoint);
                if (fault is null)
                {
                    notes.AddRange(faults);
                    return checkpoint;
                }
                fault = $"{checkpoint.Path}: {fault}";
            }
            catch (FileNotFoundException) when (!File.Exists(folder.PathOf(step)) && !folder.Steps().SequenceEqual(steps))
            {
                // The run is being trained, and has later ones now.
                return Last(run, notes, faultOf);
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
            faults.Add(fault);
        }
        return steps.Count == 0
            ? null : throw new InputException(
            [.. notes, .. faults, $"{run} has no other checkpoint; train its recipe anew, or restore a file from a backup"]);
    }
}
