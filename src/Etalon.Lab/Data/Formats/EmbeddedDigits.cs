using System.Globalization;
using System.IO.Compression;

namespace Etalon.Lab.Data;

/// <summary>
/// The UCI handwritten digits, carried inside the assembly: 1,797 gray images of 8 x 8 with pixels from 0 to 16 (Alpaydin and Kaynak 1998,
/// CC BY 4.0).
/// </summary>
/// <remarks>
/// The split is fixed by rule: of the images in the file's order, counted from 0, numbers 0, 5, 10, ..., 1795 test (360 images) and the
/// other 1,437 train. Pixels keep their values from 0 to 16, and 16 is full intensity: standardization cancels the scale, so nothing
/// would be gained by stretching them to 255, which 16 does not divide.
/// </remarks>
internal static class EmbeddedDigits
{
    /// <summary>The number of images that train.</summary>
    internal const int TrainingCount = 1437;

    /// <summary>The number of images that test.</summary>
    internal const int TestCount = 360;

    /// <summary>Images of each digit that train.</summary>
    internal static readonly int[] TrainingByClass = [136, 154, 151, 135, 143, 143, 151, 153, 138, 133];

    /// <summary>Images of each digit that test.</summary>
    internal static readonly int[] TestByClass = [42, 28, 26, 48, 38, 39, 30, 26, 36, 47];

    /// <summary>8 x 8 gray pixels.</summary>
    internal static readonly ImageSize Image = new(8, 8, 1);

    private const int TestEvery = 5;

    /// <summary>Reads the digits out of the assembly.</summary>
    internal static DataSet Load(string name, IReadOnlyList<string> classNames)
    {
        byte[] trainingPixels = new byte[TrainingCount * Image.Length], trainingLabels = new byte[TrainingCount];
        byte[] testPixels = new byte[TestCount * Image.Length], testLabels = new byte[TestCount];
        using var resource = typeof(EmbeddedDigits).Assembly.GetManifestResourceStream("digits.csv.gz")
            ?? throw new InvalidOperationException("The assembly was built without its resource digits.csv.gz.");
        using var lines = new StreamReader(new GZipStream(resource, CompressionMode.Decompress));
        for (var i = 0; lines.ReadLine() is { } line; i++)
        {
            var tests = i % TestEvery == 0;
            var place = tests ? i / TestEvery : i - i / TestEvery - 1;
            var pixels = (tests ? testPixels : trainingPixels).AsSpan(place * Image.Length, Image.Length);
            (tests ? testLabels : trainingLabels)[place] = ReadLine(line, pixels);
        }
        return new(name, Image, pixelMaximum: 16, classNames, new(trainingPixels, trainingLabels), new(testPixels, testLabels));
    }

    private static byte ReadLine(ReadOnlySpan<char> line, Span<byte> pixels)
    {
        var place = 0;
        byte value = 0;
        foreach (var field in line.Split(','))
        {
            value = byte.Parse(line[field], CultureInfo.InvariantCulture);
            if (place < pixels.Length) pixels[place++] = value;
        }
        return value;
    }
}
