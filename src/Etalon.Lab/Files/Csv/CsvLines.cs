using System.Text;

namespace Etalon.Lab.Files;

/// <summary>
/// The lines of a text, whatever they end with, in bounded memory: a device or a picture given for a log is refused instead of read to its
/// end.
/// </summary>
internal static class CsvLines
{
    private const int LongestLine = 1 << 22;

    // About twenty minutes of a disk, and a hundred million rows: nobody's log.
    private const long MostCharacters = 1L << 34;

    /// <summary>
    /// Each line with its 1-based number, and whether its end was there: the last one of a file being written may be torn.
    /// </summary>
    /// <exception cref="InputException">A line is longer than any row, or the text has no end.</exception>
    public static IEnumerable<CsvRow> Of(TextReader text, string source)
    {
        var line = new StringBuilder();
        var block = new char[1 << 16];
        long number = 1, characters = 0;
        var wasReturn = false;
        for (int count; (count = text.ReadBlock(block)) > 0;)
        {
            characters += count;
            if (characters > MostCharacters)
                throw new InputException($"{source}: has more than {MostCharacters} characters; log less often");
            for (int begin = 0; begin < count;)
            {
                int length = block.AsSpan(begin, count - begin).IndexOfAny('\n', '\r');
                line.Append(block, begin, length < 0 ? count - begin : length);
                if (line.Length > LongestLine)
                    throw new InputException(
                        $"{source}:{number}: has more than {LongestLine} characters; is it a table of comma-separated numbers?");
                if (length < 0) break;
                char end = block[begin + length];
                begin += length + 1;
                bool isSecondHalf = end == '\n' && wasReturn && line.Length == 0 && length == 0;
                wasReturn = end == '\r';
                if (isSecondHalf) continue;
                yield return new(line.ToString(), number++, true);
                line.Clear();
            }
        }
        if (line.Length > 0) yield return new(line.ToString(), number, false);
    }
}
