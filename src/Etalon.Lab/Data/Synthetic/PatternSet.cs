using Etalon.Engine;

namespace Etalon.Lab.Data;

/// <summary>
/// Generates PS10, the synthetic data set that separates simple from complex patterns: 10 classes, each with a few simple and many complex
/// patterns; an image is one pattern plus noise (You et al., arXiv:1908.01878; what the paper leaves open is fixed here).
/// </summary>
/// <remarks>
/// <para>
/// With N training images and the noise share q, round(q N) images show a pattern drawn for them alone and have a label drawn at random;
/// the others show, half and half, a simple or a complex pattern of their class. Kinds are mixed at random; classes and patterns are
/// uniform. Test images are half simple, half complex, of the same patterns with fresh noise, and correctly labeled.
/// </para>
/// <para>
/// A number p + sigma n, p = +-1 and n standard normal, is kept in a byte as round(255 (p + sigma n + r) / 2r) with r = 1 + 5 sigma: five
/// standard deviations fit, so 6 numbers in 10 million are clipped, and rounding adds a variance of (2r / 255)^2 / 12, less than 0.02 % of
/// sigma^2 = 1. The affine map and the standardization after it change nothing where a normalization follows the first layer.
/// </para>
/// <para>All draws come from counter-based streams of (seed, purpose, image), so the bytes are the same on every machine.</para>
/// </remarks>
internal static class PatternSet
{
    private const int SimpleBlock = 4, ComplexBlock = 8;

    /// <summary>The classes have numbers for names.</summary>
    public static IReadOnlyList<string> ClassNames { get; } = [.. Enumerable.Range(0, PatternSpec.Classes).Select(number => $"{number}")];

    /// <summary>Draws the data set.</summary>
    /// <param name="spec">What it shows.</param>
    /// <param name="training">Images to train on, at least 1.</param>
    /// <param name="test">Images to test on, at least 0.</param>
    /// <param name="seed">What it is drawn from.</param>
    public static DataSet Generate(PatternSpec spec, int training, int test, ulong seed) => new(
        DataCatalog.PatternSetName, spec.Image, pixelMaximum: 255, ClassNames,
        Draw(spec, training, (int)Math.Round(spec.Noise * training), seed, "ps10 training"),
        Draw(spec, test, 0, seed, "ps10 test"));

    /// <summary>How many of the images to draw are of some classes.</summary>
    public static DataSetSize SizeOf(IReadOnlyList<int> classes, int training, int test, ulong seed)
    {
        return new(Count("ps10 training", training), Count("ps10 test", test));

        int Count(string purpose, int count) => Enumerable.Range(0, count).Count(image =>
        {
            var stream = new CounterStream(seed, purpose, (ulong)image);
            return classes.Contains(LabelOf(ref stream));
        });
    }

    // The first number of an image's stream.
    private static int LabelOf(ref CounterStream stream) => (int)stream.NextBelow(PatternSpec.Classes);

    private static Split Draw(PatternSpec spec, int count, int noisy, ulong seed, string purpose)
    {
        int length = spec.Image.Length, simple = (count - noisy + 1) / 2;
        byte[] pixels = new byte[count * length], labels = new byte[count];
        int[] patterns = new int[count], order = new int[count];
        bool[] isNoisy = new bool[count], isSimple = new bool[count], isComplex = new bool[count];
        Permutation.Fill(order, new CounterStream(seed, $"{purpose} kinds"));
        var entries = new sbyte[length];
        for (int image = 0; image < count; image++)
        {
            var stream = new CounterStream(seed, purpose, (ulong)image);
            int label = LabelOf(ref stream);
            labels[image] = (byte)label;
            isNoisy[image] = order[image] < noisy;
            isSimple[image] = !isNoisy[image] && order[image] < noisy + simple;
            isComplex[image] = order[image] >= noisy + simple;
            patterns[image] = isNoisy[image] ? -1 : PatternOf(spec, label, isSimple[image], ref stream);
            if (isNoisy[image]) WritePattern(spec, entries, isSimple: false, new CounterStream(seed, $"{purpose} noise", (ulong)image));
            else WritePattern(spec, entries, isSimple[image], new CounterStream(seed, "ps10 pattern", (ulong)patterns[image]));
            Expose(entries, spec.Sigma, ref stream, pixels.AsSpan(image * length, length));
        }
        ExampleGroup[] groups =
            [new(ExampleGroup.Simple, isSimple), new(ExampleGroup.Complex, isComplex), new(ExampleGroup.Noisy, isNoisy)];
        return new Split(pixels, labels) { Groups = [.. groups.Where(group => group.Count > 0)], Patterns = patterns };
    }

    // Numbers of patterns: those of class 0, simple before complex, then those of class 1, and so on.
    private static int PatternOf(PatternSpec spec, int label, bool isSimple, ref CounterStream stream)
    {
        int first = label * (spec.Simple + spec.Complex);
        return isSimple
            ? first + (int)stream.NextBelow((uint)spec.Simple) : first + spec.Simple + (int)stream.NextBelow((uint)spec.Complex);
    }

    private static void WritePattern(PatternSpec spec, Span<sbyte> entries, bool isSimple, CounterStream stream)
    {
        var image = spec.Image;
        int block = spec.Kind == PatternKind.Iid ? image.Height : isSimple ? SimpleBlock : ComplexBlock;
        for (int y = 0; y < image.Height; y++)
            for (int x = 0; x < image.Width; x++)
                for (int channel = 0; channel < image.Channels; channel++)
                    entries[At(y, x, channel)] =
                        y < block && x < block ? (sbyte)(2 * (int)stream.NextBelow(2) - 1) : entries[At(y % block, x % block, channel)];

        int At(int y, int x, int channel) => (y * image.Width + x) * image.Channels + channel;
    }

    private static void Expose(ReadOnlySpan<sbyte> entries, double sigma, ref CounterStream stream, Span<byte> pixels)
    {
        double reach = 1 + 5 * sigma;
        for (int i = 0; i < pixels.Length; i++)
        {
            double value = sigma == 0 ? entries[i] : entries[i] + sigma * stream.NextNormal();
            pixels[i] = (byte)Math.Clamp(Math.Round(255 * (value + reach) / (2 * reach)), 0, 255);
        }
    }
}
