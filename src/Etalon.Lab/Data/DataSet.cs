using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Etalon.Lab.Data;

/// <summary>
/// Labeled images of one size in a training and a test split. Immutable; any number of threads may read it.
/// </summary>
public sealed class DataSet
{
    private readonly Lazy<string> _contentHash;

    /// <summary>A data set from its parts.</summary>
    /// <param name="name">The name that recipes use.</param>
    /// <param name="image">The size of every image.</param>
    /// <param name="pixelMaximum">The byte that stands for full intensity, 1 to 255: a pixel's value is byte / maximum.</param>
    /// <param name="classNames">The name of each class, 1 to 256 of them.</param>
    /// <param name="training">The images to train on; at least one.</param>
    /// <param name="test">The images to test on; may be none.</param>
    /// <exception cref="ArgumentException">A size does not fit the others, or a pixel or label is out of range.</exception>
    public DataSet(
        string name, ImageSize image, byte pixelMaximum, IReadOnlyList<string> classNames, Split training, Split test)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(classNames);
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(test);
        ArgumentOutOfRangeException.ThrowIfZero(pixelMaximum);
        ArgumentOutOfRangeException.ThrowIfZero(training.Count, nameof(training));
        if (classNames.Count is < 1 or > 256)
            throw new ArgumentException($"{name} has {classNames.Count} classes; labels are bytes, so 1 to 256 fit.", nameof(classNames));
        Name = name;
        Image = image;
        PixelMaximum = pixelMaximum;
        ClassNames = classNames;
        Training = training;
        Test = test;
        if (test.LabelsPerImage != training.LabelsPerImage)
            throw new ArgumentException($"{name} has other labels to train on than to test on.", nameof(test));
        RequireConsistent(training, nameof(training));
        RequireConsistent(test, nameof(test));
        Statistics = ChannelStatistics.Of(training.Pixels, image.Channels, pixelMaximum);
        _contentHash = new Lazy<string>(HashContent);
    }

    /// <summary>The name that recipes use, such as <c>cifar10</c>.</summary>
    public string Name { get; }

    /// <summary>The size of every image.</summary>
    public ImageSize Image { get; }

    /// <summary>
    /// The byte that stands for full intensity (255, or 16 for the digits): a pixel's value is byte / maximum, in [0, 1].
    /// </summary>
    public byte PixelMaximum { get; }

    /// <summary>Whether its images are windows of a text: pixels are codes of symbols, and each has a label.</summary>
    public bool IsText => Training.LabelsPerImage > 1;

    /// <summary>The number of classes.</summary>
    public int ClassCount => ClassNames.Count;

    /// <summary>The name of each class, in the order of the labels.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>The images to train on.</summary>
    public Split Training { get; }

    /// <summary>The images to test on.</summary>
    public Split Test { get; }

    /// <summary>Mean and standard deviation of each channel over the training split.</summary>
    public ChannelStatistics Statistics { get; }

    /// <summary>
    /// SHA-256, in lower-case hexadecimal, of what a network can see: height, width, channels, class count and pixel maximum as
    /// little-endian int32, then training pixels, training labels, test pixels and test labels. Where the files came from and how they were
    /// compressed do not change it.
    /// </summary>
    public string ContentHash => _contentHash.Value;

    /// <summary>
    /// The same data set with fewer images: the first ones of each split. Means and standard deviations are those of the images that
    /// remain.
    /// </summary>
    /// <param name="training">The most training images, at least 1; null for all.</param>
    /// <param name="test">The most test images, at least 0; null for all.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit is too small.</exception>
    public DataSet Limit(int? training, int? test)
    {
        if (training is { } trainingLimit) ArgumentOutOfRangeException.ThrowIfLessThan(trainingLimit, 1, nameof(training));
        if (test is { } testLimit) ArgumentOutOfRangeException.ThrowIfNegative(testLimit, nameof(test));
        return new(Name, Image, PixelMaximum, ClassNames,
            Training.First(training ?? Training.Count, Image.Length), Test.First(test ?? Test.Count, Image.Length));
    }

    /// <summary>
    /// The same data set with some of its classes, renumbered 0, 1, 2, ... as they stand in the list; their names go with them.
    /// </summary>
    /// <remarks>Means and standard deviations are those of the images that remain.</remarks>
    /// <param name="classes">Labels from 0 to <see cref="ClassCount"/> - 1, each once, with at least one training image together.</param>
    /// <exception cref="ArgumentException">The list is not of that kind.</exception>
    public DataSet OfClasses(IReadOnlyList<int> classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        if (classes.Distinct().Count() != classes.Count || classes.Any(label => label < 0 || label >= ClassCount))
            throw new ArgumentException(
                $"{string.Join(", ", classes.Select(label => $"{label}"))} are not labels from 0 to {ClassCount - 1}, each once",
                nameof(classes));
        return new(Name, Image, PixelMaximum, [.. classes.Select(label => ClassNames[label])],
            Training.OfClasses(classes, Image.Length), Test.OfClasses(classes, Image.Length));
    }

    private void RequireConsistent(Split split, string parameter)
    {
        if ((long)split.Count * Image.Length != split.Pixels.Length)
        {
            throw new ArgumentException(
                $"{split.Count} labels with images of {Image} need {(long)split.Count * Image.Length} pixels, not {split.Pixels.Length}.",
                parameter);
        }
        if (split.Labels.IndexOfAnyExceptInRange((byte)0, (byte)(ClassCount - 1)) is var label and >= 0)
            throw new ArgumentException(
                $"Label {split.Labels[label]} of image {label / split.LabelsPerImage} is not one of the {ClassCount} classes.", parameter);
        if (split.Pixels.IndexOfAnyExceptInRange((byte)0, PixelMaximum) is var pixel and >= 0)
            throw new ArgumentException($"Pixel {split.Pixels[pixel]} of image {pixel / Image.Length} is above the maximum {PixelMaximum}.",
                parameter);
    }

    private string HashContent()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[sizeof(int)];
        foreach (var value in (ReadOnlySpan<int>)[Image.Height, Image.Width, Image.Channels, ClassCount, PixelMaximum])
        {
            BinaryPrimitives.WriteInt32LittleEndian(number, value);
            hash.AppendData(number);
        }
        hash.AppendData(Training.Pixels);
        hash.AppendData(Training.Labels);
        hash.AppendData(Test.Pixels);
        hash.AppendData(Test.Labels);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

/// <summary>The size of an image. Pixels lie in the order [height][width][channels].</summary>
/// <param name="Height">Rows of pixels.</param>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Channels">Numbers in a pixel: 1 for gray, 3 for red, green, blue.</param>
public readonly record struct ImageSize(int Height, int Width, int Channels)
{
    /// <summary>Numbers in one image: height x width x channels.</summary>
    public int Length => Height * Width * Channels;

    /// <inheritdoc/>
    public override string ToString() => $"{Height}x{Width}x{Channels}";
}
