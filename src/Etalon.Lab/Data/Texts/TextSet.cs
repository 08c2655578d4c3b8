using System.Text;

namespace Etalon.Lab.Data;

/// <summary>
/// Cuts a text into windows: an example is a window's characters, and its labels are the characters that follow each of them. The last
/// tenth of the text is tested on.
/// </summary>
/// <remarks>Of L characters, n windows of c begin at the whole parts of i (L - c - 1) / (n - 1), i = 0 .. n - 1: evenly spread, overlapping
/// where there are many.</remarks>
internal static class TextSet
{
    /// <summary>The name that recipes use.</summary>
    public const string Name = "text";

    private const int TestShare = 10;

    // Of the characters of a text that may be unknown ones.
    private const double MostOther = 0.01;

    // Longer than any text that windows of this size could make use of.
    private const long MostBytes = 100_000_000;

    /// <summary>Reads a text, or makes one, and cuts it.</summary>
    /// <param name="spec">Which, and how long its windows are.</param>
    /// <param name="training">Windows to train on, at least 1.</param>
    /// <param name="test">Windows to test on, at least 0.</param>
    /// <exception cref="InputException">The file cannot be read, is no plain text, or is too short.</exception>
    public static DataSet Load(TextSpec spec, int training, int test)
    {
        string name = spec.File ?? "the text that etalon makes";
        byte[] symbols = TextSymbols.Of(spec.File is { } file ? Read(file) : TextGrammar.Text);
        int border = symbols.Length - symbols.Length / TestShare, shortest = TestShare * (spec.Context + 1);
        if (symbols.Length < shortest)
            throw new InputException(
                $"data.context = {spec.Context}: {name} has {symbols.Length} characters, of which a tenth is tested on; windows of "
                + $"{spec.Context} characters need at least {shortest}: write a smaller context, or take a longer text");
        if (spec.File is not null) RequirePlain(name, symbols);
        return new DataSet(Name, spec.Image, pixelMaximum: 255, TextSymbols.Names, Cut(symbols.AsSpan(0, border), spec.Context, training),
            Cut(symbols.AsSpan(border), spec.Context, test));
    }

    private static string Read(string file)
    {
        if (Directory.Exists(file)) throw new InputException($"data.file = {file}: is a folder; name a file of plain text");
        if (!File.Exists(file)) throw new InputException($"data.file = {file}: no such file; name a file of plain text");
        try
        {
            if (new FileInfo(file).Length > MostBytes)
                throw new InputException($"data.file = {file}: has more than {MostBytes / 1_000_000} MB; name a shorter text");
            return File.ReadAllText(file, Encoding.UTF8);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"data.file = {file}: {e.Message}");
        }
    }

    private static void RequirePlain(string name, ReadOnlySpan<byte> symbols)
    {
        double share = (double)symbols.Count(TextSymbols.Other) / symbols.Length;
        if (share > MostOther)
            throw new InputException(
                $"data.file = {name}: {share:P0} of its characters are neither printable ASCII nor line feeds, and all of these would be "
                + $"one symbol; give a plain text, in which they are at most {MostOther:P0}");
    }

    private static Split Cut(ReadOnlySpan<byte> text, int context, int windows)
    {
        byte[] symbols = new byte[windows * context], next = new byte[windows * context];
        long last = text.Length - context - 1;
        for (int i = 0; i < windows; i++)
        {
            int begin = windows == 1 ? 0 : (int)(i * last / (windows - 1));
            text.Slice(begin, context).CopyTo(symbols.AsSpan(i * context));
            text.Slice(begin + 1, context).CopyTo(next.AsSpan(i * context));
        }
        return new Split(symbols, next, context);
    }
}
