namespace Etalon.Lab.Data;

/// <summary>
/// The binary version of CIFAR-10 and CIFAR-100 (Krizhevsky 2009): rows of a label and an image in planes, all red, then all green,
/// then all blue. A row of CIFAR-100 begins with the coarse label (of 20 groups of five classes), then the label.
/// </summary>
internal static class CifarFormat
{
    /// <summary>Splits rows into labels and images, and turns planes into pixels of channels.</summary>
    /// <param name="bytes">[count](labels, [channels][height][width]).</param>
    /// <param name="image">The size of each image.</param>
    /// <param name="coarse">[count], receives the coarse labels; empty where rows have none.</param>
    /// <param name="labels">[count], receives the labels.</param>
    /// <param name="pixels">[count][height][width][channels], receives the images.</param>
    internal static void Read(ReadOnlySpan<byte> bytes, ImageSize image, Span<byte> coarse, Span<byte> labels, Span<byte> pixels)
    {
        var labelBytes = coarse.IsEmpty ? 1 : 2;
        var plane = image.Height * image.Width;
        for (var i = 0; i < labels.Length; i++)
        {
            var row = bytes.Slice(i * (labelBytes + image.Length), labelBytes + image.Length);
            if (!coarse.IsEmpty) coarse[i] = row[0];
            labels[i] = row[labelBytes - 1];
            var planes = row[labelBytes..];
            var destination = pixels.Slice(i * image.Length, image.Length);
            for (var pixel = 0; pixel < plane; pixel++)
                for (var channel = 0; channel < image.Channels; channel++)
                    destination[pixel * image.Channels + channel] = planes[channel * plane + pixel];
        }
    }

    /// <summary>
    /// Checks the structure that every file of CIFAR-100 has: each class occurs equally often, and always with the same coarse label. No
    /// checksum of the unpacked files is published, so this stands in for one; the pixels are covered by the archive's checksum alone.
    /// </summary>
    /// <exception cref="InputException">The structure does not hold.</exception>
    internal static void RequireHierarchy(ReadOnlySpan<byte> coarse, ReadOnlySpan<byte> labels, int classes, string path)
    {
        var groups = new int[classes];
        var counts = new int[classes];
        Array.Fill(groups, -1);
        for (var i = 0; i < labels.Length; i++)
        {
            var label = labels[i];
            if (groups[label] == -1) groups[label] = coarse[i];
            if (groups[label] != coarse[i])
            {
                throw new InputException(
                    $"{path}: class {label} has the coarse label {groups[label]} before image {i} and {coarse[i]} there; a class has one.");
            }
            counts[label]++;
        }
        var even = labels.Length / classes;
        if (counts.AsSpan().IndexOfAnyExcept(even) is var odd and >= 0)
            throw new InputException($"{path}: class {odd} occurs {counts[odd]} times; each of the {classes} classes occurs {even} times.");
    }
}
