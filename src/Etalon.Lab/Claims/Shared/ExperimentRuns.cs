using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Lab.Training;

namespace Etalon.Lab.Claims.Shared;

/// <summary>The runs of an experiment in a folder of their own: several at a time, each on one thread; what is there already is not trained again.</summary>
internal static class ExperimentRuns
{
    /// <summary>Trains what is missing, and reads all.</summary>
    /// <param name="specs">The recipes; each names its run's folder.</param>
    /// <param name="folder">The folder of all runs. One that was interrupted is gone on with.</param>
    /// <param name="parallel">Runs at a time; the results do not depend on it.</param>
    /// <param name="progress">Hears of each run that is done.</param>
    /// <param name="cancellation">Stops the runs at work, each with a checkpoint.</param>
    /// <returns>The runs, in the order of the recipes. One may have diverged.</returns>
    /// <exception cref="InputException">The folder holds a run of that name with another recipe or arithmetic.</exception>
    public static IReadOnlyList<RunSummary> Execute(IReadOnlyList<Recipe> specs, string folder, int parallel, Action<string>? progress, CancellationToken cancellation)
    {
        int done = 0;
        ParallelRuns.ForEach(specs, parallel, spec =>
        {
            Train(spec, folder, cancellation);
            progress?.Invoke($"{Interlocked.Increment(ref done)} of {specs.Count} runs done: {spec.Name}");
        }, cancellation);
        return [.. specs.Select(spec => RunSummary.Read(Path.Combine(folder, spec.Name)))];
    }

    /// <summary>The same for each arm and seed, seed by seed, so that an experiment that was interrupted has whole seeds.</summary>
    /// <param name="arms">The settings.</param>
    /// <param name="seeds">Runs of each: the seeds 1, 2, ...</param>
    /// <param name="spec">The recipe of an arm and a seed.</param>
    /// <param name="folder">The folder of all runs.</param>
    /// <param name="parallel">Runs at a time.</param>
    /// <param name="progress">Hears of each run that is done.</param>
    /// <param name="cancellation">Stops the runs at work.</param>
    /// <exception cref="InputException">The folder holds a run of that name with another recipe.</exception>
    public static IReadOnlyList<ArmResult> Execute(
        IReadOnlyList<ExperimentArm> arms, int seeds, Func<ExperimentArm, int, Recipe> spec, string folder, int parallel, Action<string>? progress, CancellationToken cancellation)
    {
        var specs = Enumerable.Range(1, seeds).SelectMany(seed => arms.Select(arm => spec(arm, seed))).ToList();
        var runs = Execute(specs, folder, parallel, progress, cancellation);
        return [.. arms.Select((arm, index) => new ArmResult(arm, [.. Enumerable.Range(0, seeds).Select(seed => runs[seed * arms.Count + index])]))];
    }

    private static void Train(Recipe spec, string folder, CancellationToken cancellation)
    {
        string path = Path.Combine(folder, spec.Name);
        try
        {
            if (!File.Exists(Path.Combine(path, RunFolder.ResolvedName)))
                TrainingRun.Execute(spec, folder, threads: 1, _ => new Nobody(), cancellation);
            else if (StatusOf(spec, path) is not (RunStatus.Done or RunStatus.Diverged))
                TrainingRun.Resume(path, threads: 1, _ => new Nobody(), cancellation);
        }
        catch (DivergedException)
        {
            // The folder says so; that a rate is too large is a result too.
        }
    }

    // A damaged result counts as none: the run is resumed, and writes it anew.
    private static RunStatus StatusOf(Recipe spec, string path)
    {
        if (ResolvedRecipe.Read(path).Spec.Hash != spec.Hash)
            throw new InputException($"{path} is a run of another recipe than this experiment's; give it a folder of its own, or remove that run");
        if (Arithmetic.Of(ResolvedRecipe.Read(path).Resolved) is var was && was != Arithmetic.Version)
            throw new InputException($"{path} was computed with arithmetic {was}, and this etalon computes with {Arithmetic.Version}, whose last digits differ; give the experiment a folder of its own, or remove that run");
        return RunFolder.ResultOf(path)?.Status ?? RunStatus.Unfinished;
    }

    private sealed class Nobody : ITrainingObserver
    {
        public void Updated(in UpdateReport report) { }

        public void Evaluated(in EvaluationReport report) { }
    }
}
