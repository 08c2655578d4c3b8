using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Lab.Sweeps;

namespace Etalon.Lab.Claims.Shared;

/// <summary>The training runs of claims as a sweep: a trial for each, in the folder that all claims of a report share.</summary>
internal static class ClaimSweep
{
    /// <summary>The sweep of some runs.</summary>
    /// <param name="recipes">Their recipes; each names its run's folder, and claims may share some.</param>
    /// <param name="run">Where.</param>
    /// <param name="asked">The words that ask for it.</param>
    public static Sweep Of(IEnumerable<Recipe> recipes, ClaimRun run, string asked = "etalon reproduce") => new()
    {
        Name = Path.GetFileName(run.RunsFolder),
        File = asked,
        RecipeFiles = [],
        Metric = new SweepMetric(),
        Configurations =
        [
            .. recipes.DistinctBy(recipe => recipe.Name).Select(recipe => new SweepConfiguration
            {
                Changes = [new("run", recipe.Name)],
                Trials = [new Trial(ReadRecipe.Of(recipe)) { Id = recipe.Name }],
            }),
        ],
    };

    /// <summary>The folder that has the sweep's folder in it.</summary>
    public static string Root(ClaimRun run) => Path.GetDirectoryName(run.RunsFolder) ?? "";

    /// <summary>How its trials are trained: what failed, as of a full disk, is tried again.</summary>
    public static SweepOptions Options(ClaimRun run) => new() { RetryFailed = true, Waiting = run.Report };

    /// <summary>Refuses a folder of which no report could be made, before anything is trained.</summary>
    /// <exception cref="InputException">It has runs of another recipe or arithmetic, or some that cannot be read.</exception>
    public static void Require(SweepFolder folder)
    {
        string[] damaged =
            [.. folder.Trials.Where(trial => trial.Status == TrialStatus.Damaged).Select(trial => trial.Reason!)];
        if (damaged.Length > 0) throw new InputException(damaged);
        if (folder.Trials.FirstOrDefault(trial => trial.ArithmeticVersion is { } version && version != Arithmetic.Version) is { } other)
            throw new InputException(
                $"{other.Path} was computed with arithmetic {other.ArithmeticVersion}, and this etalon computes with {Arithmetic.Version}, "
                + "whose last digits differ; give the experiment a folder of its own, or remove that run");
    }
}
