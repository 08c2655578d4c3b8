using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Lab.Sweeps;

namespace Etalon.Lab.Claims.Shared;

/// <summary>The training runs of an experiment. A run that is in the folder already is not trained again.</summary>
internal static class ExperimentRuns
{
    /// <summary>The recipes of each arm and seed, seed by seed, so that an interrupted experiment has whole seeds.</summary>
    /// <param name="experiment">What the names of the runs begin with.</param>
    /// <param name="arms">The settings.</param>
    /// <param name="seeds">Runs of each: the seeds 1, 2, ... of data, start and order.</param>
    public static IReadOnlyList<Recipe> Recipes(string experiment, IReadOnlyList<ExperimentArm> arms, int seeds) =>
    [
        .. from seed in Enumerable.Range(1, seeds)
           from arm in arms
           let data = arm.Recipe.Data is { } data ? data with { Seed = (ulong)seed } : null
           select (arm.Recipe with { Data = data }).ForRun($"{experiment}-{arm.Name}-seed{seed}", seed),
    ];

    /// <summary>Trains the arms for each seed.</summary>
    /// <param name="experiment">What the names of the runs begin with.</param>
    /// <param name="arms">The settings.</param>
    /// <param name="seeds">Runs of each.</param>
    /// <param name="run">Where, and on how many threads.</param>
    /// <exception cref="InputException">The folder holds a run of that name with another recipe or arithmetic.</exception>
    public static IReadOnlyList<ArmResult> Execute(string experiment, IReadOnlyList<ExperimentArm> arms, int seeds, ClaimRun run)
    {
        var runs = Execute(Recipes(experiment, arms, seeds), run);
        return [.. arms.Select(
            (arm, index) => new ArmResult(arm, [.. Enumerable.Range(0, seeds).Select(seed => runs[seed * arms.Count + index])]))];
    }

    /// <summary>
    /// The recipes of each arm and seed, named after what they are and not after who asks: claims that need the same run share it.
    /// </summary>
    /// <param name="arms">The settings.</param>
    /// <param name="seeds">Runs of each: the seeds 1, 2, ... of data, start and order.</param>
    public static IReadOnlyList<Recipe> SharedRecipes(IReadOnlyList<ExperimentArm> arms, int seeds) =>
    [
        .. from seed in Enumerable.Range(1, seeds)
           from arm in arms
           let data = arm.Recipe.Data is { } data ? data with { Seed = (ulong)seed } : null
           let recipe = (arm.Recipe with { Data = data }).ForRun("shared", seed)
           select recipe.ForRun($"{recipe.Data!.Set}-{recipe.Model!.Name}-{recipe.Hash[..12]}", seed),
    ];

    /// <summary>Trains the arms for each seed, under the names of <see cref="SharedRecipes"/>.</summary>
    /// <inheritdoc cref="Execute(string, IReadOnlyList{ExperimentArm}, int, ClaimRun)"/>
    public static IReadOnlyList<ArmResult> ExecuteShared(IReadOnlyList<ExperimentArm> arms, int seeds, ClaimRun run)
    {
        var recipes = SharedRecipes(arms, seeds);
        Execute([.. recipes.DistinctBy(recipe => recipe.Name)], run);
        return [.. arms.Select((arm, index) => new ArmResult(arm, [.. Enumerable.Range(0, seeds).Select(
            seed => RunSummary.Read(Path.Combine(run.RunsFolder, recipes[seed * arms.Count + index].Name)))]))];
    }

    /// <summary>
    /// Trains what is missing, and reads all. The runs are the trials of a sweep: other processes that ask for them share the work, and one
    /// that is trained elsewhere is waited for.
    /// </summary>
    /// <param name="recipes">The recipes; each names its run's folder.</param>
    /// <param name="run">Where, and on how many threads.</param>
    /// <returns>The runs, in the order of the recipes. One may have diverged.</returns>
    /// <exception cref="InputException">The folder holds a run of that name with another recipe or arithmetic, or one cannot be trained.
    /// </exception>
    public static IReadOnlyList<RunSummary> Execute(IReadOnlyList<Recipe> recipes, ClaimRun run)
    {
        // An experiment may have computations alone.
        if (recipes.Count == 0) return [];
        run.Ledger.Add(recipes);
        var sweep = ClaimSweep.Of(recipes, run);
        var folder = SweepFolder.Of(sweep, ClaimSweep.Root(run), run.Report);
        ClaimSweep.Require(folder);
        int done = folder.Count(TrialStatus.Done) + folder.Count(TrialStatus.Diverged);
        if (folder.Count(TrialStatus.Running) is > 0 and var elsewhere)
            run.Report($"{elsewhere} of {recipes.Count} runs are trained by other processes");
        void Ended(TrialState trial) => run.Report(trial.Status is TrialStatus.Done or TrialStatus.Diverged
            ? $"{++done} of {recipes.Count} runs done: {trial.Trial.Id}"
            : $"{trial.Trial.Id}: {trial.Reason ?? "another process trains it"}");
        folder = SweepRun.ExecuteToEnd(sweep, ClaimSweep.Root(run), [.. folder.Trials.Select(trial => trial.Trial.Id)],
            TrialCost.Fitting(folder, sweep, ClaimSweep.Options(run), run.Threads, run.Threads), Ended, run.Cancellation);
        run.Cancellation.ThrowIfCancellationRequested();
        string[] problems = [.. folder.Trials.Where(trial => trial.Status is not (TrialStatus.Done or TrialStatus.Diverged))
            .Select(trial => $"{trial.Path}: {trial.Reason ?? "it did not come to its end; the same command continues it"}")];
        return problems.Length == 0
            ? [.. recipes.Select(recipe => RunSummary.Read(Path.Combine(run.RunsFolder, recipe.Name)))]
            : throw new InputException(problems);
    }
}
