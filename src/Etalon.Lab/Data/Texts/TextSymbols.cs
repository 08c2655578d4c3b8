namespace Etalon.Lab.Data;

/// <summary>
/// The symbols of a text: line feed, the 95 printable characters of ASCII in their order, and one for every other character. Carriage
/// returns are left out.
/// </summary>
/// <remarks>They are the same for every text, so that a recipe has its network before its text is read.</remarks>
internal static class TextSymbols
{
    private const char First = ' ', Last = '~';

    /// <summary>How many there are.</summary>
    public const int Count = Last - First + 3;

    /// <summary>The symbol of every character that has none of its own.</summary>
    public const byte Other = Count - 1;

    /// <summary>What they are called.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["line feed", .. Enumerable.Range(First, Last - First + 1).Select(code => $"{(char)code}"), "other"];

    /// <summary>The symbols of a text.</summary>
    public static byte[] Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return [.. text.Where(character => character != '\r').Select(Of)];
    }

    /// <summary>The text of some symbols; an unknown character is shown as a replacement character.</summary>
    public static string Text(ReadOnlySpan<byte> symbols)
    {
        var text = new char[symbols.Length];
        for (int i = 0; i < text.Length; i++)
            text[i] = symbols[i] == 0 ? '\n' : symbols[i] == Other ? '\ufffd' : (char)(First + symbols[i] - 1);
        return new string(text);
    }

    private static byte Of(char character) => character switch
    {
        '\n' => 0,
        >= First and <= Last => (byte)(character - First + 1),
        _ => Other,
    };
}
