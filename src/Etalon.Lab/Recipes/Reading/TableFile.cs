using Etalon.Lab.Files;

namespace Etalon.Lab.Recipes;

/// <summary>
/// The numbers of a schedule in a CSV: a header, and below it a row for each update from 0 on. Where there is a column <c>step</c> (or else
/// <c>iteration</c>, <c>iter</c>, <c>update</c> or <c>t</c>) it must count 0, 1, 2, ...; one whose only counter is <c>epoch</c> has rows of
/// epochs, and is refused; a file of one column of numbers needs no header. A row that cannot be believed is refused, never left out: one
/// update would take the number of another.
/// </summary>
/// <param name="source">The file.</param>
/// <param name="column">The column to read.</param>
/// <param name="rule">Why a number cannot stand in it; null where it can.</param>
internal sealed class TableFile(string source, string column, Func<double, string?> rule)
{
    // 10^7 rows are 80 MB of numbers; more is not a schedule somebody wrote.
    private const int MostRows = 10_000_000, MostNamed = 8;

    // The first of these that a table has counts its rows.
    private static readonly string[] Counters = ["step", "global_step", "_step", "iteration", "iter", "update", "t", "epoch"];

    private const string Remedy = "a table has a row for each update from 0 on";

    private readonly List<double> _values = [];
    private int _columns, _named, _place, _counterPlace;
    private string _counter = "";

    /// <summary>Reads it.</summary>
    /// <exception cref="InputException">It is no such table; the first fault is named with its line and column.</exception>
    public List<double> Read()
    {
        using var text = new StreamReader(source);
        long blank = 0;
        foreach (var row in CsvLines.Of(text, source))
        {
            if (row.IsBlank)
            {
                if (blank == 0) blank = row.Number;
                continue;
            }
            if (blank > 0) throw Refuse($"{source}:{blank}: is an empty line; {Remedy}");
            if (row.Number > 1 || !IsHeader(row.Line)) Add(row);
        }
        return _values.Count > 0 ? _values : throw Refuse($"{source}: has no row of numbers; {Remedy}");
    }

    private bool IsHeader(string line)
    {
        string[] names = [.. line.TrimStart('\ufeff').Split(',').Select(cell => CsvCells.Bare(cell).ToString())];
        (_columns, _named, _place) = (names.Length, Array.FindLastIndex(names, name => name.Length > 0) + 1, Array.IndexOf(names, column));
        _counter = Counters.FirstOrDefault(counter => names.Any(name => IsNameOf(counter, name)), "");
        _counterPlace = Array.FindIndex(names, name => _counter.Length > 0 && IsNameOf(_counter, name));
        if (names.Length == 1 && CsvCells.IsNumber(names[0]))
        {
            _place = 0;
            return false;
        }
        string named =
            string.Join(", ", names.Take(MostNamed).Select(name => CsvCells.Shown(name))) + (names.Length > MostNamed ? ", ..." : "");
        if (_place < 0) throw Refuse($"{source}:1: has no column {column}; the first line must name it, and names {named}");
        foreach (string name in _counterPlace < 0 ? (string[])[column] : [column, _counter])
            if (names.Count(other => IsNameOf(name, other)) > 1) throw Refuse($"{source}:1: names the column {name} twice; keep one");
        return true;
    }

    private void Add(CsvRow row)
    {
        if (_values.Count == MostRows)
            throw Refuse($"{source}:{row.Number}: has more than {MostRows:N0} rows; write the schedule as pieces");
        if (row.FaultFor(_columns, _named) is { } fault)
            throw Refuse(
                $"{source}:{row.Number}{fault.Column}: {fault.Text}; "
                + $"{(fault.Kind == "torn" ? "end it with a line feed where it is whole" : "mend the row")}");
        string[] cells = row.Line.TrimStart('\ufeff').Split(',');
        if (_counterPlace >= 0) RequireCount(cells[_counterPlace], row);
        // Rows that count epochs are nearly always one for each, and would be over after as many updates.
        if (_counter == "epoch" && _values.Count == 1)
            throw Refuse(
                $"{source}:{row.Number}:{_counterPlace + 1}: epoch counts the rows, and {Remedy}; write a row for each update, or steps "
                + "such as {start: 0.1, at: [30ep], factor: 0.1}; where rows are updates name the column step");
        var cell = CsvCells.Bare(cells[_place]);
        if ((CsvCells.Fault(cell, out double value) ?? rule(value)) is { } wrong)
            throw Refuse($"{source}:{row.Number}:{_place + 1}: {column} is \"{CsvCells.Shown(cell)}\", which {wrong}");
        _values.Add(value);
    }

    private void RequireCount(string text, CsvRow row)
    {
        var cell = CsvCells.Bare(text);
        if (CsvCells.Fault(cell, out double count) is null && count == _values.Count) return;
        throw Refuse(
            $"{source}:{row.Number}:{_counterPlace + 1}: {_counter} is \"{CsvCells.Shown(cell)}\" where {_values.Count} must stand; "
            + $"{Remedy}, in order, none twice and none left out");
    }

    private static bool IsNameOf(string name, string written) => name.Equals(written, StringComparison.OrdinalIgnoreCase);

    private static InputException Refuse(string problem) => new(problem);
}
