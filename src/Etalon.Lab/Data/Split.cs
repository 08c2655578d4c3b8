namespace Etalon.Lab.Data;

/// <summary>
/// The images and labels of one part of a data set: the training split or the test split. An image has one label, a window of a text one
/// for each of its characters.
/// </summary>
public sealed class Split
{
    private readonly byte[] _pixels;
    private readonly byte[] _labels;

    /// <summary>A split over two arrays, which the caller must not change afterwards.</summary>
    /// <param name="pixels">[count][height][width][channels], one byte a number.</param>
    /// <param name="labels">[count][labels of an image], classes from 0.</param>
    /// <param name="labelsPerImage">Labels of an image, at least 1. Default: 1.</param>
    public Split(byte[] pixels, byte[] labels, int labelsPerImage = 1)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentOutOfRangeException.ThrowIfLessThan(labelsPerImage, 1);
        if (labels.Length % labelsPerImage != 0)
            throw new ArgumentException($"{labels.Length} labels are no whole number of images of {labelsPerImage}.", nameof(labels));
        LabelsPerImage = labelsPerImage;
        _pixels = pixels;
        _labels = labels;
    }

    /// <summary>The number of images.</summary>
    public int Count => _labels.Length / LabelsPerImage;

    /// <summary>Labels of an image: 1, or one for each character of a text's window.</summary>
    public int LabelsPerImage { get; }

    /// <summary>All pixels: [count][height][width][channels].</summary>
    public ReadOnlySpan<byte> Pixels => _pixels;

    /// <summary>The class of each image, or of each character in it, from 0: what a network is trained on.</summary>
    public ReadOnlySpan<byte> Labels => _labels;

    /// <summary>Groups of examples that metrics tell apart; none unless set.</summary>
    public IReadOnlyList<ExampleGroup> Groups
    {
        get;
        init => field = value.All(group => group.Length == Count)
            ? value
            : throw new ArgumentException($"A group of a split of {Count} images says of each whether it belongs.", nameof(Groups));
    } = [];

    /// <summary>
    /// [count], the true class of each image where labels were made wrong on purpose; null where the labels are all there is to know.
    /// </summary>
    public IReadOnlyList<byte>? TrueLabels { get; init => field = RequireCount(value, nameof(TrueLabels)); }

    /// <summary>[count], the number of the pattern that each image shows, -1 for none; null where it is not known.</summary>
    public IReadOnlyList<int>? Patterns { get; init => field = RequireCount(value, nameof(Patterns)); }

    /// <summary>The group of a name.</summary>
    /// <exception cref="InputException">There is none; the message names those there are.</exception>
    public ExampleGroup Group(string name) => Groups.FirstOrDefault(group => group.Name == name) ?? throw new InputException(
        $"no examples are tagged \"{name}\"; " + (Groups.Count == 0
            ? "this split has no tags: take data.set ps10, or add data.label_noise or data.patches"
            : $"there are {string.Join(", ", Groups.Select(group => group.Name))}"));

    /// <summary>The first images of the split.</summary>
    internal Split First(int count, int imageLength) => count >= Count
        ? this
        : new(_pixels[..(count * imageLength)], _labels[..(count * LabelsPerImage)], LabelsPerImage)
        {
            Groups = [.. Groups.Select(group => group.First(count))],
            TrueLabels = TrueLabels?.Take(count).ToArray(),
            Patterns = Patterns?.Take(count).ToArray(),
        };

    /// <summary>The images of some classes, in the split's order; a label becomes the place of its class in the list.</summary>
    /// <exception cref="InvalidOperationException">Labels were made wrong before: which images are of a class is then no longer
    /// known.</exception>
    internal Split OfClasses(IReadOnlyList<int> classes, int imageLength)
    {
        if (TrueLabels is not null) throw new InvalidOperationException("classes are chosen before labels are made wrong");
        int[] places = [.. Enumerable.Range(0, Count).Where(image => classes.Contains(_labels[image]))];
        byte[] renumbered = [.. Enumerable.Range(0, 256).Select(label => (byte)Math.Max(0, classes.ToList().IndexOf(label)))];
        var pixels = new byte[places.Length * imageLength];
        for (int i = 0; i < places.Length; i++) _pixels.AsSpan(places[i] * imageLength, imageLength).CopyTo(pixels.AsSpan(i * imageLength));
        return new(pixels, Array.ConvertAll(places, image => renumbered[_labels[image]]))
        {
            Groups = [.. Groups.Select(group => group.At(places))],
            Patterns = Patterns is null ? null : Array.ConvertAll(places, image => Patterns[image]),
        };
    }

    private IReadOnlyList<T>? RequireCount<T>(IReadOnlyList<T>? values, string name) => values is null || values.Count == Count
        ? values
        : throw new ArgumentException($"{values.Count} values were given for {Count} images.", name);
}
