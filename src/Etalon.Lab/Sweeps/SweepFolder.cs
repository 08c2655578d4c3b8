using Etalon.Lab.Runs;

namespace Etalon.Lab.Sweeps;

/// <summary>
/// The folder of a sweep, RUNS/NAME: a run for each trial that has begun, and whatever an earlier form of the sweep asked for.
/// </summary>
internal sealed record SweepFolder
{
    /// <summary>The sweep.</summary>
    public required Sweep Sweep { get; init; }

    /// <summary>The folder; it need not be there.</summary>
    public required string Path { get; init; }

    /// <summary>How each trial stands, in the order of the sweep.</summary>
    public required IReadOnlyList<TrialState> Trials { get; init; }

    /// <summary>Runs in the folder that the sweep does not ask for any longer, by name. They are kept, and are part of no table.</summary>
    public required IReadOnlyList<string> NoLongerAskedFor { get; init; }

    /// <summary>How many trials stand so.</summary>
    public int Count(TrialStatus status) => Trials.Count(trial => trial.Status == status);

    /// <summary>How far configurations train as things stand; null in a sweep without halving.</summary>
    public HalvingState? Halving => Sweep.Halving is null ? null : HalvingState.Of(Sweep, Trials, []);

    /// <summary>Whether nothing is left to do here: all are done, diverged, stopped by halving, or another process trains them.</summary>
    public bool IsFinished
    {
        get
        {
            var halving = Halving;
            return Trials.All(trial => trial.Status is TrialStatus.Done or TrialStatus.Diverged or TrialStatus.Running
                || (trial.Status == TrialStatus.Interrupted && halving is not null && trial.Updates >= halving.UntilOf(trial.Trial)));
        }
    }

    /// <summary>The trials that are trained, or trained on, as things stand.</summary>
    /// <param name="options">How the sweep is run.</param>
    public IReadOnlyList<TrialState> LeftToTrain(SweepOptions options)
    {
        var halving = Halving;
        return [.. Trials.Where(trial => SweepRun.IsToTrain(trial, options)
            && (halving is null || trial.Updates < halving.UntilOf(trial.Trial)))];
    }

    /// <summary>Where the folder of a sweep is, or would be.</summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="runs">The folder of all runs.</param>
    public static string PathOf(Sweep sweep, string runs)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        return System.IO.Path.Combine(runs, sweep.Name);
    }

    /// <summary>Reads the folder of a sweep.</summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="runs">The folder of all runs.</param>
    /// <param name="waiting">Is told, in a sentence, where it waits to see whether holders on other hosts live.</param>
    /// <exception cref="InputException">A run has the sweep's name.</exception>
    public static SweepFolder Of(Sweep sweep, string runs, Action<string>? waiting = null)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        string path = PathOf(sweep, runs);
        if (IsRun(path))
            throw new InputException(
                $"{path} is a run; name the sweep otherwise, as in name: {sweep.Name}-sweep, or give --runs another folder");
        var trials = TrialState.LookAgain([.. sweep.Trials.Select(trial => TrialState.Of(path, trial))], LockHost.This, waiting);
        var asked = sweep.Trials.Select(trial => trial.Id).ToHashSet();
        return new SweepFolder
        {
            Sweep = sweep,
            Path = path,
            Trials = trials,
            NoLongerAskedFor = !Directory.Exists(path)
                ? []
                : [.. Directory.EnumerateDirectories(path).Where(folder => IsRun(folder) && !UnfinishedFolder.Is(folder))
                    .Select(RunFolder.NameOf).Where(name => !asked.Contains(name)).Order(StringComparer.Ordinal)],
        };
    }

    /// <summary>Refuses a sweep whose trials would be computed with different arithmetic.</summary>
    /// <exception cref="InputException">Some were computed with another one.</exception>
    internal void RequireOneArithmetic()
    {
        var others = Trials.Where(trial => trial.ArithmeticVersion is { } version && version != Arithmetic.Version).ToList();
        if (others.Count == 0) return;
        string versions = string.Join(", ",
            others.Select(trial => trial.ArithmeticVersion).Distinct().Order().Select(version => $"{version}"));
        throw new InputException(
            $"{Path}: {others.Count} of {Trials.Count} trials were computed with arithmetic {versions}, "
            + $"and this etalon computes with {Arithmetic.Version}; their last digits differ. "
            + "To compare them nevertheless: --mix-versions. To compute all anew: --runs with another folder");
    }

    private static bool IsRun(string path) => File.Exists(System.IO.Path.Combine(path, RunFolder.ResolvedName));
}
