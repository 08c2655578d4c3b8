namespace Etalon.Lab.Data;

/// <summary>The images and labels of one part of a data set: the training split or the test split.</summary>
public sealed class Split
{
    private readonly byte[] _pixels;
    private readonly byte[] _labels;

    /// <summary>A split over two arrays, which the caller must not change afterwards.</summary>
    /// <param name="pixels">[count][height][width][channels], one byte a number.</param>
    /// <param name="labels">[count], the class of each image from 0.</param>
    public Split(byte[] pixels, byte[] labels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        ArgumentNullException.ThrowIfNull(labels);
        _pixels = pixels;
        _labels = labels;
    }

    /// <summary>The number of images.</summary>
    public int Count => _labels.Length;

    /// <summary>All pixels: [count][height][width][channels].</summary>
    public ReadOnlySpan<byte> Pixels => _pixels;

    /// <summary>The class of each image, from 0.</summary>
    public ReadOnlySpan<byte> Labels => _labels;

    /// <summary>The first images of the split.</summary>
    internal Split First(int count, int imageLength) => count >= Count ? this : new(_pixels[..(count * imageLength)], _labels[..count]);
}
