namespace Etalon.Lab.Files;

/// <summary>A line below the header of a table of comma-separated numbers.</summary>
/// <param name="Line">Its text.</param>
/// <param name="Number">Its 1-based number in the file.</param>
/// <param name="IsWhole">Whether the line's end was there.</param>
internal readonly record struct CsvRow(string Line, long Number, bool IsWhole)
{
    /// <summary>Whether nothing stands in it.</summary>
    public bool IsBlank => string.IsNullOrWhiteSpace(Line);

    /// <summary>
    /// Why none of its numbers can be believed; null where they can. A row with too few cells was cut somewhere, perhaps within a number,
    /// and so may a last line without its end.
    /// </summary>
    /// <param name="columns">Cells of the header.</param>
    /// <param name="named">Its cells up to the last one with a name. Past them nothing may stand: where a header ends with a comma, a
    /// decimal comma has room to hide.</param>
    public CsvRowFault? FaultFor(int columns, int named)
    {
        int cells = Line.AsSpan().Count(',') + 1;
        if (cells == columns && FirstNameless(named) is { } nameless)
            return new("nameless", $":{nameless}",
                "has a cell in a column without a name; nobody knows which number is which (numbers need a point, not a comma)");
        if (cells > columns)
            return new("long", $":{columns + 1}",
                "has more cells than the header; nobody knows which number is which (numbers need a point, not a comma)");
        if (cells < columns)
            return new("short", $":{cells}", $"has {Cells(cells)} where the header has {columns}; the last number may be cut off");
        return IsWhole ? null : new("torn", "", "the last line has no end; a number in it may be cut off");
    }

    // 1-based; null where every cell past those with a name is empty.
    private int? FirstNameless(int named)
    {
        int place = 0;
        foreach (var range in Line.AsSpan().Split(','))
        {
            if (++place > named && CsvCells.Bare(Line.AsSpan(range)).Length > 0) return place;
        }
        return null;
    }

    private static string Cells(int count) => count == 1 ? "1 cell" : $"{count} cells";
}

/// <summary>Why a row cannot be believed.</summary>
/// <param name="Kind">One word for all faults like it.</param>
/// <param name="Column">Its place in the line, as ":3"; empty where it is the whole line.</param>
/// <param name="Text">What is wrong.</param>
internal readonly record struct CsvRowFault(string Kind, string Column, string Text);
