namespace Etalon.Lab.Diagnosis.Phases;

/// <summary>
/// The buffer's account of a phase: what gradients should have made of its square, and what the angles show of it. Both in units of S, a
/// number for each row, of the updates around it.
/// </summary>
/// <remarks>
/// The logger has the sum of what gradients make of |v|² over all updates (<see cref="BufferPart.SquareSum"/>), so that what is left to
/// chance is |v|² between the rows, of which the angles show those of the rows' own updates.
/// </remarks>
internal sealed class BufferBalance
{
    // Where the rate moves further than this from one row to the next, nobody knows what it was between them.
    private const double SteepestRate = 1.5;

    private readonly GroupPhase _group;
    private readonly int[] _rows;
    private readonly BufferPart _buffer;
    private readonly double[] _turned, _made, _rounded;

    public BufferBalance(GroupPhase group)
    {
        _group = group;
        _rows = [.. Enumerable.Range(0, group.Steps.Count)
            .Where(row => double.IsFinite(group.FourthPower[row]) && group.LawAt(row) is not null)];
        _buffer = new BufferPart(group, _rows);
        (_turned, _made, _rounded) = (new double[_rows.Length], new double[_rows.Length], new double[_rows.Length]);
        for (int i = 0; i + 1 < _rows.Length; i++) Add(i);
    }

    /// <summary>
    /// The update of each row of which all is known, what angles show, what gradients make, and how far rounding may take the first off.
    /// </summary>
    /// <remarks>A row stands for the halves of the intervals at its sides, so that what is left to chance in one row is so in no
    /// other.</remarks>
    public IEnumerable<(long Step, double Turned, double Made, double Rounded)> Rows() =>
        Enumerable.Range(0, _rows.Length).Where(i => _made[i] != 0)
            .Select(i => (_group.Steps[_rows[i]], _turned[i], _made[i], _rounded[i]));

    private void Add(int i)
    {
        var (row, next) = (_rows[i], _rows[i + 1]);
        long steps = _group.Steps[next] - _group.Steps[row];
        double rate = _group.NumbersAt(row).Rate, last = _group.RateUpTo(row, next);
        if (!(rate > 0 && last > 0)) return;
        if (_group.Phase.Log.IsReplacedBetween(_group.Phase.FirstRow + row, _group.Phase.FirstRow + next)) return;
        if (steps > 1
            && (Math.Max(rate, last) > SteepestRate * Math.Min(rate, last)
            || _group.Phase.Log.MovesBetween(_group.Phase.FirstRow + row, _group.Phase.FirstRow + next))) return;
        double first = rate * rate, end = last * last, middle = (first + end) / 2, lost = 1 - _buffer.Kept(i);
        double square = (_group.Square(row) + _group.Square(next)) / 2 / middle, here = lost * first * _buffer.After(i),
            there = lost * end * _buffer.After(i + 1);
        double made = lost * (_buffer.SquareSum(i) ?? double.NaN);
        if (!double.IsFinite(square * (made + here + (steps == 1 ? 0 : there)))) return;
        if (steps == 1)
        {
            Put(i, square * here, square * made);
            return;
        }
        Put(i, square * steps * here / 2, square * made / 2);
        Put(i + 1, square * steps * there / 2, square * made / 2);
    }

    // Weights are rounded to 2^-24 of themselves, and so is w less the w before: 2^-24/angle of it, twice that of its square.
    private void Put(int i, double turned, double made)
    {
        _turned[i] += turned;
        _made[i] += made;
        _rounded[i] += 2 * Rounding.Float32 / _group.Of(_group.Group.Angle)[_rows[i]] * turned;
    }
}
