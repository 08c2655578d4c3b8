using Etalon.Engine;

namespace Etalon.Lab.Data;

/// <summary>
/// How a training image is varied each time it is shown: padded by <paramref name="Padding"/> black pixels (byte 0) on every side, cut back
/// to its size at a uniformly drawn place, then mirrored left to right with probability 1/2.
/// </summary>
/// <remarks>
/// The margin is black before standardization, as in the usual pipeline (crop, flip, then standardize): after it, a margin pixel is -mean /
/// standard deviation. The draw of an image depends on (seed, epoch, index of the example) alone; neither the order of the examples nor the
/// number of threads matters. He, Zhang, Ren, Sun, "Deep residual learning for image recognition", CVPR 2016, section 4.2, with padding 4.
/// </remarks>
/// <param name="Padding">Black pixels on each side, at least 0; 0 leaves the image where it is.</param>
/// <param name="Flip">Whether half of the images are mirrored.</param>
public sealed record CropFlip(int Padding, bool Flip)
{
    /// <summary>Images as they are: no padding, no flip.</summary>
    public static CropFlip None { get; } = new(0, false);

    /// <summary>The usual augmentation for CIFAR: padding 4 and flip.</summary>
    public static CropFlip Standard { get; } = new(4, true);

    /// <summary>Black pixels on each side, at least 0.</summary>
    public int Padding { get; init => field = RequireNotNegative(value); } = RequireNotNegative(Padding);

    /// <summary>Where the image is cut out and whether it is mirrored, for one example in one epoch.</summary>
    internal Placement Draw(ulong seed, int epoch, int example)
    {
        var stream = new CounterStream(seed, "augment", (ulong)example, (uint)epoch);
        var places = 2 * (uint)Padding + 1;
        var down = (int)stream.NextBelow(places) - Padding;
        var right = (int)stream.NextBelow(places) - Padding;
        return new(down, right, Flip && stream.NextBelow(2) == 1);
    }

    private static int RequireNotNegative(int padding) => padding >= 0
        ? padding
        : throw new ArgumentOutOfRangeException(nameof(padding), padding, "The padding of a random crop is at least 0 pixels.");

    /// <summary>
    /// Pixel (y, x) of the varied image is pixel (y + Down, x + Right) of the original, black where there is none; with Mirrored, x counts
    /// from the right edge.
    /// </summary>
    internal readonly record struct Placement(int Down, int Right, bool Mirrored);
}
