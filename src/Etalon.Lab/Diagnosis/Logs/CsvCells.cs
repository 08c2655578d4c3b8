using System.Globalization;

namespace Etalon.Lab.Diagnosis.Logs;

/// <summary>What stands between two commas.</summary>
internal static class CsvCells
{
    /// <summary>A cell without spaces and quotes around it.</summary>
    public static ReadOnlySpan<char> Bare(ReadOnlySpan<char> cell)
    {
        cell = cell.Trim();
        return cell.Length >= 2 && cell[0] == '"' && cell[^1] == '"' ? cell[1..^1].Trim() : cell;
    }

    /// <summary>A number, with the words that Python, C and .NET have for those that are not finite.</summary>
    public static bool TryNumber(ReadOnlySpan<char> cell, out double value)
    {
        if (double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out value)) return true;
        var word = cell.TrimStart("+-");
        value = double.NaN;
        return word.Equals("inf", StringComparison.OrdinalIgnoreCase) || word.Equals("none", StringComparison.OrdinalIgnoreCase) || word.Equals("null", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>As much of a cell as a message may show.</summary>
    public static string Shown(ReadOnlySpan<char> cell) => cell.Length <= 24 ? cell.ToString() : $"{cell[..24]}...";
}
