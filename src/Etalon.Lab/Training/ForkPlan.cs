using Etalon.Lab.Data;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;

namespace Etalon.Lab.Training;

/// <summary>What a fork continues with: a checkpoint of its parent, and a changed recipe that can go on from it. Nothing is written
/// yet.</summary>
/// <param name="Old">The parent's recipe.</param>
/// <param name="Read">The changed recipe.</param>
/// <param name="Data">The data that it names.</param>
/// <param name="Checkpoint">The parent's state.</param>
/// <param name="Origin">Where the fork comes from.</param>
/// <param name="Identity">What may not change in it.</param>
/// <param name="Notes">What was found and got around, a sentence each.</param>
internal sealed record ForkPlan(
    Recipe Old, ReadRecipe Read, DataSet Data, Checkpoint Checkpoint, RunParent Origin, RunIdentity Identity, IReadOnlyList<string> Notes)
    : IDisposable
{
    /// <summary>Finds and checks.</summary>
    /// <param name="parent">The folder of the run to continue.</param>
    /// <param name="step">The updates after which to leave it; null for its last good checkpoint.</param>
    /// <param name="overrides">"key=value", what the new recipe has instead.</param>
    /// <exception cref="InputException">There is no such checkpoint, or the changed recipe cannot continue from it.</exception>
    public static ForkPlan Of(string parent, long? step, IReadOnlyList<string> overrides)
    {
        var written = ResolvedRecipe.Read(parent);
        var notes = new List<string>();
        var old = written.Recipe;
        using var taken = new DisposalList();
        // The changes and the checkpoint may both be wrong, and the user sees both.
        var problems = new List<string>();
        var changed = InputException.Collect(problems, () => ForkedRecipe.Of(parent, written, overrides, notes));
        var kept = InputException.Collect(problems, () => taken.Add(Choose(parent, old, step, notes)));
        if (kept is not null && changed is not null) problems.AddRange(WhyNotContinuable(kept, old, changed.Recipe));
        if (changed is not { } read || kept is not { } checkpoint || problems.Count > 0) throw new InputException(problems);
        var recipe = read.Recipe;
        if (FormOf(old) is var was && FormOf(recipe) is var now && was != now)
            notes.Add($"weights and buffers are turned from {was} into {now}");
        if (AutoDecay.NoteOfLeaving(old, recipe, checkpoint) is { } left) notes.Add(left);
        var data = TrainingRun.LoadData(recipe);
        var origin = new RunParent(Path.GetFullPath(parent), checkpoint.Step, old.Hash, Arithmetic.Of(checkpoint), overrides);
        if (origin.Arithmetic != Arithmetic.Version) notes.Add(Arithmetic.NotExact(origin.Arithmetic));
        taken.Release();
        return new ForkPlan(old, read, data, checkpoint, origin, RunIdentity.Of(read, data, origin), notes);
    }

    private static Checkpoint Choose(string parent, Recipe recipe, long? step, List<string> notes) =>
        (step is { } at ? CheckpointChoice.At(parent, recipe, at) : CheckpointChoice.Last(parent, recipe, notes))
            ?? throw new InputException($"{parent} has no checkpoint yet; train its recipe with the changes instead");

    private static IEnumerable<string> WhyNotContinuable(Checkpoint checkpoint, Recipe old, Recipe recipe)
    {
        if (checkpoint.Step >= recipe.TotalSteps)
            yield return
                $"the checkpoint holds the state after update {checkpoint.Step}, and the fork's recipe ends there or before, at "
                + $"{recipe.TotalSteps}; "
                + "give it a longer duration, or --at an earlier one";
        if (old.Optimizer.Name != recipe.Optimizer.Name)
            yield return
                $"optimizer.name: a fork goes on with what its optimizer remembers, and {recipe.Optimizer.Name} remembers something else "
                + $"than "
                + $"{old.Optimizer.Name}; leave the name as it is, or train the changed recipe anew";
    }

    private static string FormOf(Recipe recipe) =>
        recipe.Equivalent is { } equivalent ? $"the form {FormWords.Of(equivalent.Form)}" : "the recipe's own";

    /// <inheritdoc/>
    public void Dispose() => Checkpoint.Dispose();
}
