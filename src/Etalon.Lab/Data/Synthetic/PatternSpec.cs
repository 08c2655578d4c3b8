namespace Etalon.Lab.Data;

/// <summary>
/// What the generated data set <c>ps10</c> shows: an image is a pattern of its class, entries +-1, plus sigma times a normal number in each
/// pixel (You et al. 2019, PS10). Half of the images show one of the class's few simple patterns, the others one of its many complex ones.
/// </summary>
public sealed record PatternSpec
{
    /// <summary>Images to train on where the recipe does not say.</summary>
    public const int DefaultTrainCount = 10_000;

    /// <summary>Images to test on where the recipe does not say.</summary>
    public const int DefaultTestCount = 4_000;

    /// <summary>The classes.</summary>
    internal const int Classes = 10;

    // A million 16x16 images take 256 MB.
    internal const int MostImages = 1_000_000;

    private const int MostPatterns = 100_000;

    /// <summary>How patterns are drawn.</summary>
    /// <value>Iid by default.</value>
    public PatternKind Kind { get; init; }

    /// <summary>sigma, the standard deviation of the noise in each pixel; a pattern's own entries are +-1.</summary>
    /// <value>In [0, 10]; 0.5 by default.</value>
    public double Sigma
    {
        get;
        init => field = Require.InClosed(value, 0, 10, "0.5 is easy, 1 is hard");
    } = 0.5;

    /// <summary>The share of the training images that show nothing that comes again, with a label drawn at random.</summary>
    /// <value>In [0, 1); 0.2 by default.</value>
    public double Noise
    {
        get;
        init => field = Require.InHalfOpen(value, 0, 1, "it is a share of the images, as in 0.2; write 0 for none");
    } = 0.2;

    /// <summary>Simple patterns of each class.</summary>
    /// <value>At least 1; 10 by default.</value>
    public int Simple
    {
        get;
        init => field = Patterns(value, "the paper has 10", nameof(Simple));
    } = 10;

    /// <summary>Complex patterns of each class.</summary>
    /// <value>At least 1; 100 by default.</value>
    public int Complex
    {
        get;
        init => field = Patterns(value, "the paper has 100", nameof(Complex));
    } = 100;

    /// <summary>The size of the images.</summary>
    public ImageSize Image => Kind == PatternKind.Iid ? new(16, 16, 1) : new(32, 32, 3);

    private static int Patterns(int count, string remedy, string name) => count is >= 1 and <= MostPatterns
        ? count
        : throw new ArgumentOutOfRangeException(name, $"must be at least 1 and at most {MostPatterns} patterns a class; {remedy}");
}

/// <summary>How the patterns of the generated data set <c>ps10</c> are drawn.</summary>
public enum PatternKind
{
    /// <summary>16x16 gray, every pixel of a pattern drawn for itself.</summary>
    Iid,

    /// <summary>
    /// 32x32 color, a random block of 4x4 (simple) or 8x8 (complex) pixels repeated over the image: the kinds differ in spatial frequency
    /// too.
    /// </summary>
    Tiled,
}
