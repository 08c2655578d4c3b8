namespace Etalon.Lab.Reports;

/// <summary>A picture of pixels being put together: blocks of images and short lines of text, dark on white.</summary>
internal sealed class Canvas
{
    /// <summary>Pixels from one letter to the next.</summary>
    public const int LetterWidth = 4 * Zoom;

    /// <summary>Pixels from one line of text to the next.</summary>
    public const int LineHeight = 7 * Zoom;

    private const int Zoom = 2;

    // Five rows of three dots, the octal digits from top to bottom.
    private static readonly Dictionary<char, string> Glyphs = new()
    {
        ['0'] = "75557", ['1'] = "26227", ['2'] = "71747", ['3'] = "71717", ['4'] = "55711", ['5'] = "74717", ['6'] = "74757", ['7'] = "71111", ['8'] = "75757", ['9'] = "75717",
        ['A'] = "25755", ['B'] = "65656", ['C'] = "34443", ['D'] = "65556", ['E'] = "74647", ['F'] = "74644", ['G'] = "34553", ['H'] = "55755", ['I'] = "72227", ['J'] = "11152",
        ['K'] = "55655", ['L'] = "44447", ['M'] = "57755", ['N'] = "65555", ['O'] = "25552", ['P'] = "65644", ['Q'] = "25563", ['R'] = "65655", ['S'] = "34216", ['T'] = "72222",
        ['U'] = "55557", ['V'] = "55552", ['W'] = "55775", ['X'] = "55255", ['Y'] = "55222", ['Z'] = "71247", ['-'] = "00700", ['/'] = "11244", ['_'] = "00007", ['.'] = "00002",
    };

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
            string rows = Glyphs.GetValueOrDefault(sign, "00000");
            for (int y = 0; y < rows.Length; y++)
                for (int x = 0; x < 3; x++)
                    if (((rows[y] - '0') >> (2 - x) & 1) == 1) Fill(left + x * Zoom, top + y * Zoom, Zoom, Zoom, 40, 40, 40);
            left += LetterWidth;
        }
    }
}
