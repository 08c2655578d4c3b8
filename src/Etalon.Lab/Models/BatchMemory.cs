using System.Numerics;
using Etalon.Engine.Losses;
using Etalon.Engine.Parallel;
using Etalon.Lab.Data;
using Etalon.Lab.RunSpecs;

namespace Etalon.Lab.Models;

/// <summary>
/// Refuses a batch whose activations cannot fit, as a full one may, before any of it is laid out: systems grant more memory than they have, and end
/// the process when it is used.
/// </summary>
internal static class BatchMemory
{
    // Smaller ones are left to the system: laying out two networks to ask would take longer than it helps.
    private const int Few = 2048;

    /// <summary>Refuses the batch where it needs more than <paramref name="available"/> bytes.</summary>
    /// <exception cref="InputException">It does.</exception>
    public static void Require<T>(ModelSpec model, ImageSize image, int classes, int batch, long available) where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (batch < Few) return;
        const int More = 17;
        long one = Bytes<T>(model, image, classes, 1), perImage = (Bytes<T>(model, image, classes, More) - one) / (More - 1), needed = one + perImage * (batch - 1);
        if (needed > available)
        {
            throw new InputException(
                $"data.batch = {batch}: {model.Name} needs {needed / 1e9:F1} GB for so many {image} images, and this machine has {available / 1e9:F1} GB; "
                + "take a smaller batch, or fewer images with data.train");
        }
    }

    private static long Bytes<T>(ModelSpec model, ImageSize image, int classes, int batch) where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var workers = new Workers(1);
        using var network = Model.Build<T>(model, image, classes, new SoftmaxCrossEntropy(), batch, workers);
        return network.MemoryBytes;
    }
}
