using System.Numerics;

namespace Etalon.Engine;

/// <summary>
/// The norm of a gradient is not a finite number, so no update was done: a number of the batch is not finite, or the training has diverged.
/// </summary>
public sealed class NonFiniteGradientException : ArithmeticException
{
    private NonFiniteGradientException(int? image, string? layer)
        : base(image is { } at
            ? $"image {at} of the batch has a number that is not finite, and so the gradient is not; no weight was updated: mend the data, "
            + "or leave the image out"
            : (layer is null
                ? "the gradient is not finite, though every output is"
                : $"the output of layer '{layer}' is not finite, and so the gradient is not")
            + "; no weight was updated: go back to saved weights, and lower the learning rate or warm it up") =>
        (Image, Layer) = (image, layer);

    /// <summary>The first image of the batch, counted from 0, with a number that is not finite; null where all are.</summary>
    public int? Image { get; }

    /// <summary>The first layer whose output for the batch is not finite; null where all are.</summary>
    public string? Layer { get; }

    internal static NonFiniteGradientException Of<T>(ReadOnlySpan<T> images, int imageLength, string? layer)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < images.Length; i++)
            if (!T.IsFinite(images[i])) return new(i / imageLength, layer);
        return new(null, layer);
    }
}
