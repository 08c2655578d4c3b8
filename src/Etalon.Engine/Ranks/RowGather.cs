namespace Etalon.Engine.Ranks;

/// <summary>
/// Gives every rank the rows of an array that the others have computed: rank r has the rows from begins[r] to before begins[r + 1].
/// </summary>
internal sealed unsafe class RowGather
{
    // Of the arrays that are gathered at the same time: the moments of a batch are two.
    private const int MostArrays = 2;

    /// <summary>The first tag that is free for others.</summary>
    public const int FreeTag = MostArrays;

    private readonly Communicator _ranks;
    private readonly (int Transfer, int Other)[] _pending;
    private int _count, _arrays;

    public RowGather(Communicator ranks) => (_ranks, _pending) = (ranks, new (int, int)[2 * MostArrays * ranks.Size]);

    /// <summary>Starts to gather an array; every rank gathers the same ones in the same order.</summary>
    /// <param name="data">The array.</param>
    /// <param name="rowBytes">The length of a row.</param>
    /// <param name="begins">Where each rank's rows begin, and where the last one's end.</param>
    public void Start(byte* data, int rowBytes, ReadOnlySpan<int> begins)
    {
        int tag = _arrays++;
        for (int distance = 1; distance < _ranks.Size; distance++)
        {
            int from = (_ranks.Rank + distance) % _ranks.Size;
            if (LengthOf(from, rowBytes, begins) is > 0 and var bytes)
                _pending[_count++] = (_ranks.StartReceive(from, tag, data + (long)begins[from] * rowBytes, bytes), from);
        }
        if (LengthOf(_ranks.Rank, rowBytes, begins) is not (> 0 and var own)) return;
        // Each rank starts with the next one, so that not all send to the same.
        for (int distance = 1; distance < _ranks.Size; distance++)
        {
            int to = (_ranks.Rank + distance) % _ranks.Size;
            _pending[_count++] = (_ranks.StartSend(to, tag, data + (long)begins[_ranks.Rank] * rowBytes, own), to);
        }
    }

    private static long LengthOf(int rank, int rowBytes, ReadOnlySpan<int> begins) => (begins[rank + 1] - begins[rank]) * (long)rowBytes;

    /// <summary>Waits until all arrays are there.</summary>
    /// <param name="sums">What is moved forward while this waits; null for none.</param>
    /// <exception cref="LostRankException">A rank does not answer.</exception>
    public void Finish(OrderedSums? sums)
    {
        var waiting = new Waiting(_ranks);
        while (_count > 0)
        {
            if (TakeDone()) waiting.Restart();
            else if (waiting.IsTooLong()) throw waiting.Ended(_pending[0].Other);
            else sums?.Advance(mayAdd: true);
        }
        _arrays = 0;
    }

    private bool TakeDone()
    {
        int before = _count;
        for (int i = _count - 1; i >= 0; i--)
            if (_ranks.IsDone(_pending[i].Transfer)) _pending[i] = _pending[--_count];
        return _count < before;
    }
}
