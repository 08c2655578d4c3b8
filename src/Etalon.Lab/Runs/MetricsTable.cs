namespace Etalon.Lab.Runs;

/// <summary>
/// Columns of a run's metrics: a row for each update of which a line has one of them, in bounded memory. When there are too many rows,
/// every second one is let go, so that what is left is spread evenly.
/// </summary>
internal sealed class MetricsTable
{
    /// <summary>16 MB of numbers, of which a diagnosis makes about ten times as many.</summary>
    public const int MostCells = 1 << 21;

    private readonly Dictionary<string, int> _places = [];
    private readonly List<List<double>> _columns = [];
    private readonly List<string> _names = [];
    private readonly List<long> _steps = [];
    private readonly Predicate<string> _isColumn;
    private readonly int _mostCells;
    private long _seen;
    private int[] _order = [], _begins = [];

    private MetricsTable(Predicate<string> isColumn, int mostCells) => (_isColumn, _mostCells) = (isColumn, mostCells);

    /// <summary>Reads a run's metrics, also while the run is being trained.</summary>
    /// <param name="path">metrics.jsonl; without it there are no rows.</param>
    /// <param name="isColumn">Whether a name is a column.</param>
    /// <param name="mostCells">How many numbers to keep.</param>
    /// <exception cref="InputException">A line is not a JSON object.</exception>
    public static MetricsTable Read(string path, Predicate<string> isColumn, int mostCells = MostCells)
    {
        var table = new MetricsTable(isColumn, mostCells);
        using var reader = MetricsReader.Open(path);
        while (reader?.Next() == true) table.Add(reader);
        table.Settle();
        return table;
    }

    /// <summary>The 0-based update of each row, ascending.</summary>
    public long[] Steps { get; private set; } = [];

    /// <summary>The columns, in the order of their first numbers.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Of how many rows one is kept.</summary>
    public long Stride { get; private set; } = 1;

    /// <summary>
    /// The numbers of a column; NaN where a row has none, or one that cannot be. Of several lines of one update the first that has one
    /// counts.
    /// </summary>
    public double[] Column(string name, Predicate<double> canBe)
    {
        var values = new double[Steps.Length];
        Array.Fill(values, double.NaN);
        if (!_places.TryGetValue(name, out int place) || place < 0) return values;
        for (int row = 0; row < values.Length; row++)
        {
            for (int line = _begins[row]; line < _begins[row + 1] && double.IsNaN(values[row]); line++)
            {
                double value = _columns[place][_order[line]];
                if (!double.IsNaN(value) && canBe(value)) values[row] = value;
            }
        }
        return values;
    }

    private void Add(MetricsReader line)
    {
        bool isRow = false;
        for (int i = 0; i < line.Count; i++) isRow |= PlaceOf(line.Name(i)) >= 0;
        if (!isRow || line.Step() is not { } step || _seen++ % Stride != 0) return;
        _steps.Add(step);
        for (int i = 0; i < line.Count; i++)
        {
            if (PlaceOf(line.Name(i)) is not (>= 0 and var place)) continue;
            Fill(_columns[place], _steps.Count - 1);
            if (_columns[place].Count < _steps.Count) _columns[place].Add(line.Value(i));
        }
        if (_steps.Count >= 2 && (long)_steps.Count * _names.Count >= _mostCells) Halve();
    }

    private int PlaceOf(string name)
    {
        if (_places.TryGetValue(name, out int place)) return place;
        place = _isColumn(name) ? _names.Count : -1;
        _places.Add(name, place);
        if (place < 0) return place;
        _names.Add(name);
        _columns.Add([]);
        return place;
    }

    private static void Fill(List<double> column, int rows)
    {
        while (column.Count < rows) column.Add(double.NaN);
    }

    private void Halve()
    {
        foreach (var column in _columns) KeepEverySecond(column);
        KeepEverySecond(_steps);
        Stride *= 2;
    }

    private static void KeepEverySecond<T>(List<T> values)
    {
        int kept = (values.Count + 1) / 2;
        for (int i = 1; i < kept; i++) values[i] = values[2 * i];
        values.RemoveRange(kept, values.Count - kept);
    }

    // Lines of one update come together; the sort is stable.
    private void Settle()
    {
        foreach (var column in _columns) Fill(column, _steps.Count);
        _order = [.. Enumerable.Range(0, _steps.Count).OrderBy(line => _steps[line])];
        _begins = [.. Enumerable.Range(0, _order.Length).Where(i => i == 0 || _steps[_order[i]] != _steps[_order[i - 1]]), _order.Length];
        Steps = [.. _begins.SkipLast(1).Select(begin => _steps[_order[begin]])];
    }
}
