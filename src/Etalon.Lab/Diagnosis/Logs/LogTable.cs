namespace Etalon.Lab.Diagnosis.Logs;

/// <summary>
/// Rows of numbers by step, in any order, in bounded memory: when there are too many, every second row is let go, so that what is left is
/// spread evenly.
/// </summary>
internal sealed class LogTable
{
    /// <summary>
    /// 16 MB of numbers, of which a diagnosis makes about ten times as many: 20,000 rows of a hundred columns, far more than its means
    /// need.
    /// </summary>
    public const int MostCells = 1 << 21;

    private readonly int _mostRows;
    private List<(long Step, long Line, double[] Cells)> _rows = [];
    private long _seen;

    /// <param name="columns">Numbers of a row.</param>
    /// <param name="mostCells">How many numbers to keep.</param>
    public LogTable(int columns, int mostCells = MostCells) => _mostRows = Math.Max(2, mostCells / Math.Max(1, columns));

    /// <summary>Of how many rows one is kept.</summary>
    public long Stride { get; private set; } = 1;

    /// <summary>The rows, ascending by step once they are <see cref="Settle">settled</see>.</summary>
    public IReadOnlyList<(long Step, long Line, double[] Cells)> Rows => _rows;

    /// <summary>Adds a row.</summary>
    public void Add(long step, long line, double[] cells)
    {
        if (_seen++ % Stride != 0) return;
        _rows.Add((step, line, cells));
        if (_rows.Count < _mostRows) return;
        _rows = [.. _rows.Where((_, index) => index % 2 == 0)];
        Stride *= 2;
    }

    /// <summary>Orders the rows by step; of several with one step the one that came last is kept.</summary>
    public void Settle(string source, LogWarnings warnings)
    {
        for (int i = 1; i < _rows.Count; i++)
            if (_rows[i].Step < _rows[i - 1].Step)
                warnings.Add("order",
                    $"{source}:{_rows[i].Line}:1: step {_rows[i].Step} comes after step {_rows[i - 1].Step}; the rows are read in the "
                    + $"order of their steps", _rows[i].Line);
        var ordered = new List<(long Step, long Line, double[] Cells)>(_rows.Count);
        foreach (var row in _rows.OrderBy(row => row.Step))
        {
            if (ordered.Count == 0 || ordered[^1].Step != row.Step)
            {
                ordered.Add(row);
                continue;
            }
            warnings.Add("twice",
                $"{source}:{row.Line}:1: step {row.Step} stands in line {ordered[^1].Line} already; the later row counts, as after a run "
                + $"that was resumed", row.Line);
            ordered[^1] = row;
        }
        _rows = ordered;
    }
}
