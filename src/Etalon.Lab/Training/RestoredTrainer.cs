using System.Numerics;
using Etalon.Lab.Data;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;

namespace Etalon.Lab.Training;

/// <summary>Opens the state that a run kept, to look at the network as it was then.</summary>
internal static class RestoredTrainer
{
    /// <summary>A trainer in the state of a checkpoint of a run. The run's folder is only read.</summary>
    /// <param name="run">The run's folder.</param>
    /// <param name="step">The updates done, of a checkpoint that the run kept.</param>
    /// <param name="threads">Threads that compute.</param>
    /// <param name="data">The data set that its recipe names, where it has been loaded already; null loads it.</param>
    /// <typeparam name="T">float or double, as the recipe's precision says.</typeparam>
    /// <exception cref="InputException">The folder is no run, it has no such checkpoint, the checkpoint is damaged or that of another
    /// recipe, or the data are not there.</exception>
    public static Trainer<T> Open<T>(string run, long step, int threads, DataSet? data = null) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var recipe = ResolvedRecipe.Read(run).Recipe;
        using var checkpoint = CheckpointChoice.At(run, recipe, step);
        return Open<T>(recipe, checkpoint, threads, data ?? RecipeData.Load(recipe.Data!));
    }

    /// <summary>A trainer in the state of a checkpoint of a recipe.</summary>
    internal static Trainer<T> Open<T>(Recipe recipe, Checkpoint checkpoint, int threads, DataSet data)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var taken = new DisposalList();
        var trainer = taken.Add(new Trainer<T>(recipe, data, threads));
        trainer.State.Restore(checkpoint);
        taken.Release();
        return trainer;
    }
}
