namespace Etalon.Lab.Charts;

/// <summary>A text in lines no longer than a screen.</summary>
internal static class WrappedText
{
    /// <summary>The lines: the first begins with a label, all others are as far in unless told otherwise.</summary>
    /// <param name="label">What stands in front.</param>
    /// <param name="text">Words.</param>
    /// <param name="width">Columns; a longer word has a line of its own.</param>
    /// <param name="indentation">Blanks before all lines but the first; default: as many as the label has characters.</param>
    public static IEnumerable<string> Lines(string label, string text, int width, int? indentation = null)
    {
        string line = label, indent = new(' ', indentation ?? label.Length);
        bool isBlank = true, isFirst = true;
        // A number, its margin and its unit stay together: 99 ± 6 %.
        const char Kept = '\u00a0';
        string kept = text.Replace(" %", $"{Kept}%", StringComparison.Ordinal).Replace(" ± ", $"{Kept}±{Kept}", StringComparison.Ordinal);
        foreach (string word in kept.Split(' ').Select(word => word.Replace(Kept, ' ')))
        {
            if (!isBlank && line.Length + 1 + word.Length > width)
            {
                yield return line.TrimEnd();
                (line, isBlank, isFirst) = (indent, true, false);
            }
            // Of several blanks between two words none begins a line.
            if (isBlank && word.Length == 0 && !isFirst) continue;
            line += isBlank ? word : $" {word}";
            isBlank = false;
        }
        yield return line;
    }
}
