using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Lab.Training;

namespace Etalon.Lab.Claims.Shared;

/// <summary>
/// The training runs of an experiment: several at a time, each on one thread. A run that is in the folder already is not trained again.
/// </summary>
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

    /// <summary>Trains what is missing, and reads all.</summary>
    /// <param name="recipes">The recipes; each names its run's folder.</param>
    /// <param name="run">Where, and on how many threads.</param>
    /// <returns>The runs, in the order of the recipes. One may have diverged.</returns>
    /// <exception cref="InputException">The folder holds a run of that name with another recipe or arithmetic.</exception>
    public static IReadOnlyList<RunSummary> Execute(IReadOnlyList<Recipe> recipes, ClaimRun run)
    {
        int done = 0;
        run.Ledger.Add(recipes);
        ParallelRuns.ForEach(recipes, run.Threads, recipe =>
        {
            Train(recipe, run);
            run.Report($"{Interlocked.Increment(ref done)} of {recipes.Count} runs done: {recipe.Name}");
        }, run.Cancellation);
        return [.. recipes.Select(recipe => RunSummary.Read(Path.Combine(run.RunsFolder, recipe.Name)))];
    }

    private static void Train(Recipe recipe, ClaimRun run)
    {
        string path = Path.Combine(run.RunsFolder, recipe.Name);
        try
        {
            using var training = !File.Exists(Path.Combine(path, RunFolder.ResolvedName))
                ? TrainingRun.Begin(ReadRecipe.Of(recipe), run.RunsFolder, threads: 1)
                : StatusOf(recipe, path) is not (RunStatus.Done or RunStatus.Diverged) ? TrainingRun.Resume(path, threads: 1)
                : null;
            training?.Train(NullObserver.Instance, run.Cancellation);
        }
        catch (DivergedException)
        {
            // The folder says so; that a rate is too large is a result too.
        }
    }

    // A damaged result counts as none: the run is resumed, and writes it anew.
    private static RunStatus StatusOf(Recipe recipe, string path)
    {
        if (ResolvedRecipe.Read(path).Recipe.Hash != recipe.Hash)
            throw new InputException(
                $"{path} is a run of another recipe than this experiment's; give it a folder of its own, or remove that run");
        if (Arithmetic.Of(ResolvedRecipe.Read(path).Resolved) is var was && was != Arithmetic.Version)
            throw new InputException(
                $"{path} was computed with arithmetic {was}, and this etalon computes with {Arithmetic.Version}, whose last digits "
                + $"differ; give the experiment a folder of its own, or remove that run");
        return RunFolder.ResultOf(path)?.Status ?? RunStatus.Unfinished;
    }
}
