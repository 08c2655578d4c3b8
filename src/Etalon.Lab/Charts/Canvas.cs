namespace Etalon.Lab.Charts;

/// <summary>A picture of pixels being put together: blocks of images and short lines of text, dark on white.</summary>
internal sealed class Canvas
{
    /// <summary>Pixels from one letter to the next.</summary>
    public const int LetterWidth = 4 * Zoom;

    /// <summary>Pixels from one line of text to the next.</summary>
    public const int LineHeight = 7 * Zoom;

    private const int Zoom = 2;

    private const string Signs = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-/_.";

    // Of each sign five rows of three dots, the octal digits from top to bottom.
    private const string Dots =
        "75557262277174771717557117471774757711117575775717"
        + "25755656563444365556746477464434553557557222711152"
        + "55655444475775565555255526564425563656553421672222"
        + "55557555525577555255552227124700700112440000700002";

    private readonly byte[] _rgb;

    /// <summary>A white picture.</summary>
    public Canvas(int width, int height)
    {
        (Width, Height, _rgb) = (width, height, new byte[3 * width * height]);
        Array.Fill(_rgb, byte.MaxValue);
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>[height][width][red, green, blue].</summary>
    public ReadOnlySpan<byte> Rgb => _rgb;

    /// <summary>Fills a rectangle.</summary>
    public void Fill(int left, int top, int width, int height, byte red, byte green, byte blue)
    {
        for (int y = top; y < top + height; y++)
            for (int x = left; x < left + width; x++)
                (_rgb[3 * (y * Width + x)], _rgb[3 * (y * Width + x) + 1], _rgb[3 * (y * Width + x) + 2]) = (red, green, blue);
    }

    /// <summary>Writes a line in capitals; a sign that there is no glyph for leaves a gap.</summary>
    public void Write(string text, int left, int top)
    {
        foreach (char sign in text.ToUpperInvariant())
        {
            int glyph = Signs.IndexOf(sign);
            for (int y = 0; glyph >= 0 && y < 5; y++)
                for (int x = 0; x < 3; x++)
                    if (((Dots[5 * glyph + y] - '0') >> (2 - x) & 1) == 1) Fill(left + x * Zoom, top + y * Zoom, Zoom, Zoom, 40, 40, 40);
            left += LetterWidth;
        }
    }
}
