using Etalon.Lab.Data;
using Etalon.Lab.RunSpecs;

namespace Etalon.Lab.Runs;

/// <summary>What a run goes on with, after it is known to be the same run still: recipe, data and version as at its beginning.</summary>
/// <param name="Spec">The recipe.</param>
/// <param name="Data">The data.</param>
/// <param name="Checkpoint">The state; null where the run ended before its first checkpoint, so that it begins anew.</param>
/// <param name="Notes">What was found and got around, a sentence each.</param>
internal sealed record Resumption(RunSpec Spec, DataSet Data, Checkpoint? Checkpoint, IReadOnlyList<string> Notes) : IDisposable
{
    /// <summary>Finds and checks.</summary>
    /// <exception cref="InputException">There is no good checkpoint, or something changed; every difference is named.</exception>
    public static Resumption Of(RunFolder folder)
    {
        var written = WrittenRecipe.Read(folder.Path);
        List<string> notes = [];
        var checkpoint = CheckpointChoice.LastWithMetrics(folder.Path, notes);
        try
        {
            if (checkpoint is null && new FileInfo(folder.Metrics) is { Exists: true, Length: > 0 })
                throw new InputException($"{folder.Path} has metrics but no checkpoint; restore {folder.Checkpoints.Path} from a backup, or train its recipe anew");
            var data = checkpoint is null ? Load(written) : LoadUnchanged(folder, written, RunIdentity.Of(checkpoint));
            if (notes.Count > 0) notes.Add($"going on from {(checkpoint is null ? "the beginning" : checkpoint.Path)}");
            return new Resumption(written.Spec, data, checkpoint, notes);
        }
        catch
        {
            checkpoint?.Dispose();
            throw;
        }
    }

    private static DataSet Load(WrittenRecipe written) => RecipeData.Load(written.Spec.Data!);

    private static DataSet LoadUnchanged(RunFolder folder, WrittenRecipe written, RunIdentity was)
    {
        List<string> problems = [.. RecipeChanges(folder, written, was)];
        // Another recipe may name other data, which need not be there.
        var data = problems.Count == 0 ? Load(written) : null;
        if (was.Version != RunIdentity.ThisVersion)
            problems.Add($"etalon was {was.Version}, is {RunIdentity.ThisVersion}; another version may compute other bits");
        if (data is not null && was.Data != data.ContentHash)
            problems.Add($"the data {data.Name} had the content hash {was.Data}, has {data.ContentHash}; `etalon data check` tells whether it is damaged");
        return problems.Count == 0 ? data! : throw new InputException(
            [.. problems, $"{folder.Path} can only be resumed as it was; undo the change, or go on with it as a new run: etalon fork {folder.Path} key=value"]);
    }

    private static IEnumerable<string> RecipeChanges(RunFolder folder, WrittenRecipe written, RunIdentity was)
    {
        var (given, fault) = Given(folder, written, was);
        if (fault is not null) return [fault];
        bool isWrittenChanged = written.Spec.Hash != was.Recipe, isGivenChanged = given is not null && given.Hash != was.Recipe;
        return (isWrittenChanged, isGivenChanged) switch
        {
            (false, false) => [],
            (true, false) => Named(folder.Resolved, given, written.Spec),
            (false, true) => Named(folder.Recipe, written.Spec, given!),
            _ => [$"{folder.Resolved} and {folder.Recipe}: both were edited; the recipe had the hash {was.Recipe}"],
        };
    }

    // The recipe as given, where its text was edited; null where it is as it was or gone, for the resolved one decides.
    private static (RunSpec? Given, string? Fault) Given(RunFolder folder, WrittenRecipe written, RunIdentity was)
    {
        if (!File.Exists(folder.Recipe)) return default;
        try
        {
            // A recipe without a name has that of its file.
            string source = Path.Combine(folder.Path, $"{written.Spec.Name}.yaml"), text = File.ReadAllText(folder.Recipe);
            bool isAsItWas = RunIdentity.HashOf(text) == was.Source;
            if (isAsItWas && written.Spec.Hash == was.Recipe) return default;
            return (RecipeReader.Read(text, source, written.Overrides), null);
        }
        catch (InputException exception)
        {
            return (null, $"{folder.Recipe}: was edited, and is no recipe now: {exception.Problems[0]}");
        }
    }

    private static IEnumerable<string> Named(string file, RunSpec? was, RunSpec now) => was is null
        ? [$"{file}: the recipe was edited; it has the hash {now.Hash} now"]
        : JsonDifferences.Between(RecipeWriter.Deciding(was), RecipeWriter.Deciding(now)).Select(difference => $"{file}: {difference}");

    /// <inheritdoc/>
    public void Dispose() => Checkpoint?.Dispose();
}
