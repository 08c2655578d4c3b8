using Etalon.Lab;
using Etalon.Lab.Runs;
using Etalon.Lab.Sweeps;

namespace Etalon.Workbench.Dashboard;

/// <summary>
/// A sweep from its folder alone: the trials that have begun, and as its keys those in which their recipes differ, but for the seed. What
/// is pending stands in the sweep's file, which the folder does not have.
/// </summary>
internal static class FolderSweep
{
    private const string Seed = "seed", Name = "name", Absent = "–";

    // A trial's folder is named by the first 16 digits of its recipe's hash.
    private const int Digits = 16;

    /// <summary>Whether a run is a trial of a sweep.</summary>
    public static bool IsTrial(RunFacts run) => run.Group.Length > 0 && run.RecipeHash is { Length: >= Digits } hash
        && run.Id.EndsWith($"/{hash[..Digits]}", StringComparison.Ordinal);

    /// <summary>The sweep and how its trials stand.</summary>
    /// <param name="name">Its folder below that of all runs.</param>
    /// <param name="root">The folder of all runs.</param>
    /// <param name="runs">Its trials; at least one.</param>
    /// <param name="metric">What judges them.</param>
    /// <param name="read">Reads the recipe of a trial.</param>
    public static (Sweep Sweep, SweepFolder Folder) Of(string name, string root, IReadOnlyList<RunFacts> runs, SweepMetric metric,
        Func<RunFacts, Trial> read)
    {
        string[] keys = [.. RecipeKeys.Differing(runs.Select(run => run.Keys)).Where(key => key is not (Seed or Name))];
        var trials = runs.ToDictionary(run => run.Id, read);
        var sweep = new Sweep
        {
            Name = name,
            File = "",
            RecipeFiles = [],
            Metric = metric,
            Configurations = [.. runs.GroupBy(run => string.Join('\n', keys.Select(key => run.Keys.GetValueOrDefault(key, Absent))))
                .Select(group => new SweepConfiguration
                {
                    Changes = [.. keys.Select(key => KeyValuePair.Create(key, group.First().Keys.GetValueOrDefault(key, Absent)))],
                    Trials = [.. group.Select(run => trials[run.Id]).OrderBy(trial => trial.Recipe.Seed)],
                })],
        };
        return (sweep, new SweepFolder
        {
            Sweep = sweep,
            Path = Path.Combine(root, name),
            Trials = [.. runs.Select(run => StateOf(run, trials[run.Id]))],
            NoLongerAskedFor = [],
        });
    }

    /// <summary>The recipe of a trial.</summary>
    /// <exception cref="InputException">It cannot be read.</exception>
    public static Trial Read(RunFacts run)
    {
        var resolved = ResolvedRecipe.Read(run.Path);
        return new Trial(Lab.Recipes.ReadRecipe.Of(resolved.Recipe));
    }

    private static TrialState StateOf(RunFacts run, Trial trial) => new()
    {
        Trial = trial,
        Path = run.Path,
        Status = run.State switch
        {
            RunState.Running => TrialStatus.Running,
            RunState.Interrupted => TrialStatus.Interrupted,
            RunState.Done => TrialStatus.Done,
            RunState.Diverged => TrialStatus.Diverged,
            RunState.Failed => TrialStatus.Failed,
            _ => TrialStatus.Damaged,
        },
        Updates = run.Updates ?? 0,
        Result = run.Result,
        Reason = run.Fault,
    };
}
