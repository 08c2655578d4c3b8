using Etalon.Lab.Runs;

namespace Etalon.Lab.Sweeps;

/// <summary>How a trial stands, read from its folder and its lock: nothing else keeps it.</summary>
internal sealed record TrialState
{
    // Hosts; who reads the sentence wants to know where to look.
    private const int MostNamed = 5;

    /// <summary>The trial.</summary>
    public required Trial Trial { get; init; }

    /// <summary>Its folder, which need not be there.</summary>
    public required string Path { get; init; }

    /// <summary>How it stands.</summary>
    public required TrialStatus Status { get; init; }

    /// <summary>Updates done, as far as the folder says.</summary>
    public long Updates { get; init; }

    /// <summary>What became of it when it ended last; null where it has not ended.</summary>
    public RunResult? Result { get; init; }

    /// <summary>Why it stands so, where that is not how it should; null else.</summary>
    public string? Reason { get; init; }

    /// <summary>The version of the arithmetic that it began with; null where it has not begun.</summary>
    internal long? ArithmeticVersion { get; init; }

    /// <summary>Its holder on another host, who may be dead; null where there is none, or it is known to live.</summary>
    internal RunHolder? HolderElsewhere { get; init; }

    /// <summary>
    /// How trials stand after a second look at those whose holders are on other hosts: where no beat came between the two, it is dead.
    /// </summary>
    /// <param name="trials">The trials as they were seen.</param>
    /// <param name="host">Whose clock tells how long that is.</param>
    /// <param name="waiting">Is told, in a sentence, for what it waits.</param>
    internal static IReadOnlyList<TrialState> LookAgain(IReadOnlyList<TrialState> trials, LockHost host, Action<string>? waiting = null)
    {
        var elsewhere = trials.Select(trial => trial.HolderElsewhere).OfType<RunHolder>().ToList();
        if (elsewhere.Count == 0) return trials;
        string hosts = string.Join(", ", elsewhere.Select(holder => holder.Host).Distinct().Order(StringComparer.Ordinal).Take(MostNamed));
        waiting?.Invoke($"{elsewhere.Count} of {trials.Count} trials were left to other hosts ({hosts}); waiting "
            + $"{LockHost.Sight.TotalSeconds:N0} s for a sign of their life");
        host.Wait(LockHost.Sight);
        return [.. trials.Select(trial => trial.HolderElsewhere is null ? trial : LookAgain(trial))];
    }

    private static TrialState LookAgain(TrialState trial)
    {
        var now = Of(System.IO.Path.GetDirectoryName(trial.Path)!, trial.Trial);
        return now.HolderElsewhere is { } holder && holder == trial.HolderElsewhere ? now with { Status = TrialStatus.Interrupted }
            : now;
    }

    /// <summary>How a trial stands.</summary>
    /// <param name="root">The folder of the sweep's trials.</param>
    /// <param name="trial">The trial.</param>
    public static TrialState Of(string root, Trial trial)
    {
        ArgumentNullException.ThrowIfNull(trial);
        string path = System.IO.Path.Combine(root, trial.Id);
        var pending = new TrialState { Trial = trial, Path = path, Status = TrialStatus.Pending };
        try
        {
            string written = System.IO.Path.Combine(path, RunFolder.ResolvedName);
            if (!RunFile.IsThere(written)) return pending;
            var resolved = RunFile.Object(written);
            if ((string?)resolved["recipe_sha256"] != trial.Recipe.Hash)
                throw new InputException($"{path} holds another recipe; move it away, and the trial is run again");
            var begun = pending with { ArithmeticVersion = Arithmetic.Of(resolved) };
            if (RunSummary.ReadResult(path) is { } result)
                return begun with { Status = Of(result.Status), Result = result, Updates = result.Steps, Reason = result.Message };
            bool isHeld = RunLock.IsHeld(path);
            var elsewhere = isHeld ? null : RunLock.HolderElsewhere(path);
            return begun with
            {
                Status = isHeld || elsewhere is not null ? TrialStatus.Running : TrialStatus.Interrupted,
                HolderElsewhere = elsewhere,
                Updates = MetricsFile.UpdatesOf(System.IO.Path.Combine(path, RunFolder.MetricsName)) ?? 0,
            };
        }
        catch (Exception exception)
            when (exception is InputException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return pending with { Status = TrialStatus.Damaged, Reason = exception.Message };
        }
    }

    private static TrialStatus Of(RunStatus status) => status switch
    {
        RunStatus.Done => TrialStatus.Done,
        RunStatus.Diverged => TrialStatus.Diverged,
        RunStatus.Interrupted => TrialStatus.Interrupted,
        RunStatus.Failed => TrialStatus.Failed,
        _ => TrialStatus.Damaged,
    };
}

/// <summary>How a trial stands.</summary>
internal enum TrialStatus
{
    /// <summary>It has not begun.</summary>
    Pending,

    /// <summary>A process trains it.</summary>
    Running,

    /// <summary>It began, was stopped or killed, and can be resumed.</summary>
    Interrupted,

    /// <summary>It trained to the end of its recipe.</summary>
    Done,

    /// <summary>A loss was not finite: the result of this recipe, whoever trains it.</summary>
    Diverged,

    /// <summary>Something else ended it, such as a full disk.</summary>
    Failed,

    /// <summary>Its folder cannot be read, or holds something else.</summary>
    Damaged,
}
