using System.Numerics;
using Etalon.Lab.Data;
using Etalon.Lab.Models;

namespace Etalon.Lab.Recipes;

/// <summary>
/// The memory that a recipe's run takes, asked before any of it is taken: systems grant more than they have, and end the process when it is
/// used.
/// </summary>
/// <remarks>
/// Counted are the data set as bytes, its network with all activations of a batch, the optimizer's slots, the copy that a checkpoint is
/// written from, and the batches being read. The runtime itself, some 60 MB, is not.
/// </remarks>
internal static class RunMemory
{
    // Two of training, two of an evaluation, and one of the monitors or of running statistics.
    private const int Batches = 5;

    /// <summary>Bytes that there are: the machine's, or what its administrator allows this process.</summary>
    public static long Available => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>Bytes of a run; null where the recipe has no data or no model.</summary>
    /// <exception cref="InputException">The model does not fit the images.</exception>
    public static long? Of(Recipe recipe, int threads)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return recipe.Precision == Precision.Float64 ? Of<double>(recipe, threads) : Of<float>(recipe, threads);
    }

    /// <summary>Refuses a recipe whose run needs more bytes than there are.</summary>
    /// <exception cref="InputException">It does, or the model does not fit the images.</exception>
    public static void Require(Recipe recipe, int threads, long available)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        if (Of(recipe, threads) is { } needed && needed > available)
            throw new InputException(Words(recipe, needed, available) + "; " + Remedy);
    }

    /// <summary>How many runs fit at a time, at least one; their data, which they share, are counted once.</summary>
    /// <param name="recipe">The recipe of the largest of them, with data and a model.</param>
    /// <param name="available">Bytes that there are.</param>
    internal static int FittingAtATime(Recipe recipe, long available)
    {
        long shared = BytesOf(recipe.Data!), own = Of(recipe, threads: 1)!.Value - shared;
        return (int)Math.Clamp((available - shared) / own, 1, int.MaxValue);
    }

    /// <summary>What a plan says of a recipe that takes more than half of what there is; null where there is nothing to say.</summary>
    public static string? Note(Recipe recipe, int threads, long available)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        try
        {
            if (Of(recipe, threads) is not { } needed || needed <= available / 2) return null;
            return Words(recipe, needed, available) + (needed > available ? $": training would be refused; {Remedy}" : "");
        }
        catch (InputException refused)
        {
            return $"{refused.Message}: training would be refused";
        }
    }

    private const string Remedy = "take a smaller batch or model, smaller or fewer images, or float32";

    private static string Words(Recipe recipe, long needed, long available) =>
        $"data.batch = {recipe.Data!.Batch}: {recipe.Model!.Name} needs {Gigabytes(needed)} for batches of {recipe.Data.Batch} "
        + $"{recipe.Data.Image} images, and this machine has {Gigabytes(available)}";

    private static string Gigabytes(long bytes) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{bytes / 1e9:F1} GB");

    private static long? Of<T>(Recipe recipe, int threads) where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (recipe is not { Data: { } data, Model: { } model }) return null;
        var network = Model.MemoryOf<T>(model, data.Image, ClassesOf(data), recipe.Loss.Make(),
            Math.Max(data.Batch, Math.Min(data.Batch, data.TestCount)), threads);
        long kept = network.ParameterBytes * (1 + recipe.Optimizer.Slots) + network.StateBytes;
        long read = (long)Batches * data.Batch * data.Image.Length * (typeof(T) == typeof(double) ? sizeof(double) : sizeof(float));
        return BytesOf(data) + network.TotalBytes + recipe.Optimizer.Slots * network.ParameterBytes + kept + read;
    }

    private static int ClassesOf(DataSpec data) => data.Classes.Length > 0 ? data.Classes.Length : DataCatalog.Find(data.Set).ClassCount;

    // The whole set, and where the recipe takes a part or another size that beside it.
    private static long BytesOf(DataSpec data)
    {
        var all = data.IsMade ? new(data.DrawnTraining, data.DrawnTest) : DataSetSize.ByName[data.Set];
        // A window of a text has as many labels as pixels.
        long whole = ((long)all.Train + all.Test) * data.WholeImage.Length * (data.Text is null ? 1 : 2);
        return data.FitTo is null ? whole : whole + ((long)data.TrainCount + data.TestCount) * data.Image.Length;
    }
}
