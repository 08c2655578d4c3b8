using Etalon.Engine;
using Etalon.Lab.Data;

namespace Etalon.Lab.Tests.Data;

/// <summary>Small data sets of random bytes, the same on every run.</summary>
internal static class Samples
{
    internal static DataSet Set(ImageSize image, int training = 23, int test = 7, int classes = 5)
    {
        var stream = new CounterStream(7, "test data");
        return new("sample", image, 255, [.. Enumerable.Range(0, classes).Select(name => $"class {name}")],
            RandomSplit(ref stream, image, training, classes), RandomSplit(ref stream, image, test, classes));
    }

    internal static byte[] Bytes(int count, uint below, string purpose)
    {
        var stream = new CounterStream(7, purpose);
        var bytes = new byte[count];
        for (var i = 0; i < count; i++)
            bytes[i] = (byte)stream.NextBelow(below);
        return bytes;
    }

    private static Split RandomSplit(ref CounterStream stream, ImageSize image, int count, int classes)
    {
        byte[] pixels = new byte[count * image.Length], labels = new byte[count];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)stream.NextBelow(256);
        for (var i = 0; i < count; i++)
            labels[i] = (byte)stream.NextBelow((uint)classes);
        return new(pixels, labels);
    }
}
