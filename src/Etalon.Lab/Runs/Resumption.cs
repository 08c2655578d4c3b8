using Etalon.Lab.Data;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Runs;

/// <summary>
/// What a run continues with, after it is known to be the same run still: recipe, data and arithmetic as at its beginning. Nothing in its
/// folder is changed.
/// </summary>
/// <param name="Recipe">The recipe.</param>
/// <param name="Data">The data.</param>
/// <param name="Identity">What may not change.</param>
/// <param name="Checkpoint">The state; null where the run ended before its first checkpoint, so that it begins anew.</param>
/// <param name="ComputedWith">The arithmetic of the state, or that with which the run began before its first checkpoint.</param>
/// <param name="Notes">What was found and got around, a sentence each.</param>
/// <param name="Warnings">What is allowed in the recipe but probably not meant.</param>
internal sealed record Resumption(
    Recipe Recipe, DataSet Data, RunIdentity Identity, Checkpoint? Checkpoint, long ComputedWith, IReadOnlyList<string> Notes,
    IReadOnlyList<string> Warnings) : IDisposable
{
    /// <summary>Finds and checks.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="inexact">Whether a state that was computed with another arithmetic is accepted too.</param>
    /// <exception cref="InputException">There is no good checkpoint, or something changed; every difference is named.</exception>
    public static Resumption Of(RunFolder folder, bool inexact = false)
    {
        var written = ResolvedRecipe.Read(folder.Path);
        List<string> notes = [];
        var checkpoint = CheckpointChoice.LastWithMetrics(folder.Path, notes);
        try
        {
            if (checkpoint is null) RequireBeginning(folder, written);
            var identity = checkpoint is null ? RunIdentity.Of(written.Resolved) : RunIdentity.Of(checkpoint);
            var data = LoadUnchanged(folder, written, identity, inexact || checkpoint is null);
            if (checkpoint is not null && identity.Arithmetic != Arithmetic.Version) notes.Add(Arithmetic.NotExact(identity.Arithmetic));
            if (checkpoint is null) notes.Add($"{folder.Path} ended before its first checkpoint; it begins anew, with the same bits");
            else if (notes.Count > 0) notes.Add($"going on from {checkpoint.Path}");
            return new Resumption(written.Recipe, data,
                identity with
                {
                    Version = RunIdentity.ThisVersion,
                    Arithmetic = Arithmetic.Version,
                    Source = identity.Source is "" ? SourceOf(folder, written) : identity.Source
                }, checkpoint, identity.Arithmetic, notes,
                    written.Warnings);
        }
        catch
        {
            checkpoint?.Dispose();
            throw;
        }
    }

    /// <summary>Whether a run that is done was left as it was: what was edited since is named. Its data need not be there.</summary>
    /// <returns>The recipe.</returns>
    /// <exception cref="InputException">Recipe or resolved recipe were edited.</exception>
    public static ResolvedRecipe RequireUnchanged(RunFolder folder)
    {
        var written = ResolvedRecipe.Read(folder.Path);
        var was = LastIdentity(folder.Path) ?? RunIdentity.Of(written.Resolved);
        List<string> problems = [.. RecipeChanges(folder, written, was), .. SaidOtherwise(folder, written, was)];
        return problems.Count == 0 ? written : throw OnlyAsItWas(folder, problems);
    }

    // A run that is done needs no checkpoint any more; where none can be read, resolved.json must agree with itself.
    private static RunIdentity? LastIdentity(string run)
    {
        try
        {
            using var checkpoint = CheckpointChoice.Last(run, []);
            return checkpoint is null ? null : RunIdentity.Of(checkpoint);
        }
        catch (InputException)
        {
            return null;
        }
    }

    // A run has its first checkpoint before it has its name; only an older etalon gave the name first. Beginning anew is exact where
    // nothing but the recipe decides the weights, and harmless where no checkpoint was ever whole: the second one waits for the first, so
    // no line of metrics lies behind its place.
    private static void RequireBeginning(RunFolder folder, ResolvedRecipe written)
    {
        if (written.Parent is { } parent)
        {
            // An older etalon kept the changes as overrides of the parent's text.
            string[] again = ["etalon fork", parent.Run, $"--at {parent.Step}",
                .. (parent.Changes.Count > 0 ? parent.Changes : written.Overrides).Select(text => $"\"{text}\"")];
            throw new InputException(
                $"{folder.Path} is a fork of {parent.Run} without a checkpoint, and cannot begin anew; fork again: "
                + $"{string.Join(' ', again)}");
        }
        if (MetricsFile.UpdatesOf(folder.Metrics) is { } updates
            && updates > (written.Recipe.Checkpoint.EverySteps ?? written.Recipe.StepsPerEpoch))
            throw new InputException(
                $"{folder.Path} has metrics but no checkpoint; restore {folder.Checkpoints.Path} from a backup, or train its recipe anew");
    }

    private static string SourceOf(RunFolder folder, ResolvedRecipe written) =>
        RunIdentity.HashOf(File.Exists(folder.Recipe) ? RunFile.Text(folder.Recipe) : written.Text);

    private static DataSet LoadUnchanged(RunFolder folder, ResolvedRecipe written, RunIdentity was, bool inexact)
    {
        List<string> problems = [.. RecipeChanges(folder, written, was)];
        // Another recipe may name other data, which need not be there.
        var data = problems.Count == 0 ? RecipeData.Load(written.Recipe.Data!) : null;
        problems.AddRange(SaidOtherwise(folder, written, was));
        bool isInexact = was.Arithmetic != Arithmetic.Version && !inexact;
        if (isInexact)
            problems.Add(
                $"the run was computed with arithmetic {was.Arithmetic} (etalon {was.Version}), and this etalon computes with "
                + $"{Arithmetic.Version}; going on is not exact: the last digits differ from those the run would have had");
        if (data is not null && was.Data != data.ContentHash)
            problems.Add(
                $"the data {data.Name} had the content hash {was.Data}, has {data.ContentHash}; `etalon data check` tells whether it is "
                + $"damaged");
        if (isInexact && problems.Count == 1)
            throw new InputException([.. problems, $"to go on nevertheless: etalon resume {folder.Path} --inexact"]);
        return problems.Count == 0 ? data! : throw OnlyAsItWas(folder, problems);
    }

    private static InputException OnlyAsItWas(RunFolder folder, List<string> problems) => new(
        [.. problems, problems.Any(problem => problem.StartsWith(folder.Resolved, StringComparison.Ordinal))
            ? $"{folder.Path} can only be resumed or forked with {RunFolder.ResolvedName} as it was; undo the change there, and make it "
                + $"in a new run: etalon fork {folder.Path} key=value"
            : $"{folder.Path} can only be resumed as it was; undo the change, or go on with it as a new run: etalon fork {folder.Path} "
                + $"key=value"]);

    private static IEnumerable<string> RecipeChanges(RunFolder folder, ResolvedRecipe written, RunIdentity was)
    {
        var (given, fault) = Given(folder, written, was);
        if (fault is not null) return [fault];
        bool isWrittenChanged = written.Recipe.Hash != was.Recipe, isGivenChanged = given is not null && given.Hash != was.Recipe;
        return (isWrittenChanged, isGivenChanged) switch
        {
            (false, false) => [],
            (true, false) => Named(folder.Resolved, given, written.Recipe),
            (false, true) => Named(folder.Recipe, written.Recipe, given!),
            _ => [$"{folder.Resolved} and {folder.Recipe}: both were edited; the recipe had the hash {was.Recipe}"],
        };
    }

    // What resolved.json says beside the recipe.
    private static IEnumerable<string> SaidOtherwise(RunFolder folder, ResolvedRecipe written, RunIdentity was) =>
        was.DifferencesFrom(written.Resolved).Select(difference => $"{folder.Resolved}: {difference}");

    // The recipe as given, where its text was edited; null where it is as it was or gone, for the resolved one decides.
    private static (Recipe? Given, string? Fault) Given(RunFolder folder, ResolvedRecipe written, RunIdentity was)
    {
        if (!File.Exists(folder.Recipe)) return default;
        try
        {
            // A recipe without a name has that of its file.
            string source = Path.Combine(folder.Path, $"{written.Recipe.Name}.yaml"), text = RunFile.Text(folder.Recipe);
            bool isAsItWas = RunIdentity.HashOf(text) == was.Source;
            if (isAsItWas && written.Recipe.Hash == was.Recipe) return default;
            return (RecipeReader.Read(text, source, written.Overrides).Recipe, null);
        }
        catch (InputException exception)
        {
            return (null, $"{folder.Recipe}: was edited, and is no recipe now: {exception.Problems[0]}");
        }
    }

    private static IEnumerable<string> Named(string file, Recipe? was, Recipe now) => was is null
        ? [$"{file}: the recipe was edited; it has the hash {now.Hash} now"]
        : JsonDifferences.Between(RecipeWriter.Deciding(was), RecipeWriter.Deciding(now)).Select(difference => $"{file}: {difference}");

    /// <inheritdoc/>
    public void Dispose() => Checkpoint?.Dispose();
}
