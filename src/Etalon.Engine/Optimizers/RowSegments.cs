namespace Etalon.Engine.Optimizers;

/// <summary>The rows, or parts of rows, that a chunk of a matrix [rows][columns] consists of: where each begins in the chunk, in which column, and how long it is.</summary>
/// <param name="begin">Where the chunk begins in the matrix.</param>
/// <param name="length">Its length.</param>
/// <param name="columns">The columns of the matrix.</param>
internal struct RowSegments(long begin, int length, int columns)
{
    private int _next;

    /// <summary>The segment at hand.</summary>
    public (int At, int Column, int Length) Current { get; private set; }

    public readonly RowSegments GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_next >= length) return false;
        int column = (int)((begin + _next) % columns), segment = Math.Min(columns - column, length - _next);
        Current = (_next, column, segment);
        _next += segment;
        return true;
    }
}
