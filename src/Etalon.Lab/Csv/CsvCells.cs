using System.Globalization;

namespace Etalon.Lab.Csv;

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
        // .NET ignores zero bytes after a number; they are what a crash leaves of a file that was being written.
        if (double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out value)) return !cell.Contains('\0');
        var word = cell.TrimStart("+-");
        value = double.NaN;
        return word.Equals("inf", StringComparison.OrdinalIgnoreCase) || word.Equals("none", StringComparison.OrdinalIgnoreCase) || word.Equals("null", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Why a cell is no finite number; null where it is one.</summary>
    public static string? Fault(ReadOnlySpan<char> cell, out double value)
    {
        if (!TryNumber(cell, out value)) return "is not a number";
        if (!double.IsFinite(value)) return cell.IndexOfAnyInRange('0', '9') < 0 ? "is not finite" : "is beyond the largest float64";
        return value == 0 && HasDigitsOf(cell) ? "is nearer to 0 than any float64" : null;
    }

    /// <summary>As much of a cell as a message may show.</summary>
    public static string Shown(ReadOnlySpan<char> cell)
    {
        string shown = cell.Length <= 24 ? cell.ToString() : $"{cell[..24]}...";
        return shown.Replace("\0", "\\0", StringComparison.Ordinal);
    }

    // Those before the exponent: 0e5 is 0, and 1e-400 is not.
    private static bool HasDigitsOf(ReadOnlySpan<char> number)
    {
        int exponent = number.IndexOfAny('e', 'E');
        return (exponent < 0 ? number : number[..exponent]).IndexOfAnyInRange('1', '9') >= 0;
    }
}
