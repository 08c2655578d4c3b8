using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Data;
using Etalon.Lab.Training;

namespace Etalon.Lab.Claims;

/// <summary>A little training whose time on the reference machine is known, from which the time of an experiment is estimated
/// here.</summary>
internal static class SpeedProbe
{
    /// <summary>Images a second on one core of the reference machine (AMD Zen 3, AVX2).</summary>
    public const double ReferenceImages = 25_000;

    private const int Epochs = 4;

    /// <summary>Trains.</summary>
    /// <returns>How many images.</returns>
    public static long Run()
    {
        var recipe = InvariantRecipe.Digits(Epochs);
        using var trainer = new Trainer<float>(recipe, RecipeData.Load(recipe.Data!), threads: 1);
        using var batches = new BatchPrefetcher<float>(trainer.TrainingBatches);
        while (!trainer.IsDone) trainer.Update(batches.Next());
        return trainer.Step * recipe.Data!.Batch;
    }
}
