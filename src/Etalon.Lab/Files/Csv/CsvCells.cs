namespace Etalon.Lab.Files;

/// <summary>What stands between two commas.</summary>
internal static class CsvCells
{
    private static readonly string[] WordsForNoNumber = ["nan", "inf", "infinity", "none", "null"];

    /// <summary>A cell without spaces and quotes around it.</summary>
    public static ReadOnlySpan<char> Bare(ReadOnlySpan<char> cell)
    {
        cell = cell.Trim();
        return cell.Length >= 2 && cell[0] == '"' && cell[^1] == '"' ? cell[1..^1].Trim() : cell;
    }

    /// <summary>Whether a number stands in a cell, or a word that Python, C and .NET have for one that is not finite.</summary>
    public static bool IsNumber(ReadOnlySpan<char> cell) =>
        IsWordForNoNumber(cell) || NumberText.Read(cell, out _) != NumberText.Fault.NotANumber;

    /// <summary>Why a cell is no finite number, by the rules of <see cref="NumberText"/>; null where it is one.</summary>
    public static string? Fault(ReadOnlySpan<char> cell, out double value) => NumberText.Read(cell, out value) switch
    {
        NumberText.Fault.None => null,
        NumberText.Fault.TooLarge => "is beyond the largest float64",
        NumberText.Fault.TooSmall => "is nearer to 0 than any float64",
        _ => IsWordForNoNumber(cell) ? "is not finite" : "is not a number",
    };

    /// <summary>As much of a cell as a message may show.</summary>
    public static string Shown(ReadOnlySpan<char> cell)
    {
        string shown = cell.Length <= 24 ? cell.ToString() : $"{cell[..24]}...";
        return shown.Replace("\0", "\\0", StringComparison.Ordinal);
    }

    private static bool IsWordForNoNumber(ReadOnlySpan<char> cell)
    {
        var word = cell.TrimStart("+-");
        foreach (string one in WordsForNoNumber)
            if (word.Equals(one, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }
}
