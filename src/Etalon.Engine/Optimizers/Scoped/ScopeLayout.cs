namespace Etalon.Engine.Optimizers;

/// <summary>
/// The tensors of a region as matrices [rows][columns] whose columns are cells, cut into panels: one column where the scope is the tensor
/// or all, else its output channels or its kernels, for weights are [ky][kx][in][out].
/// </summary>
internal sealed class ScopeLayout
{
    // Of more columns a panel takes some: panels that share columns have sums of all of them, of which there should be few beside their
    // numbers.
    private const int FewColumns = 2048;

    // Long pieces of rows where there are so many columns: with two threads an update in pieces of 4,096 numbers took a tenth longer, of
    // 2,048 a third.
    private const int MostColumns = 16384;

    private readonly int[] _columns;

    private ScopeLayout(int[] columns, IEnumerable<ScopePanel> panels)
    {
        _columns = columns;
        List<ScopePanel> placed = [];
        List<Range> shared = [];
        foreach (var ofTensor in panels.GroupBy(panel => panel.Tensor))
        {
            int first = placed.Count;
            foreach (var panel in ofTensor)
            {
                placed.Add(panel with { Sums = SumCount, Steps = StepCount });
                if (panel.Share == ScopeShare.Shared) SumCount += panel.Columns;
            }
            if (placed[first].Share != ScopeShare.Shared) continue;
            StepCount += placed[first].Columns;
            shared.Add(first..placed.Count);
        }
        (Panels, Shared) = ([.. placed], [.. shared]);
    }

    /// <summary>All panels, tensor by tensor.</summary>
    public ScopePanel[] Panels { get; }

    /// <summary>The panels of each tensor whose panels share their columns.</summary>
    public Range[] Shared { get; }

    /// <summary>Sums of all panels that share columns, one for each of their columns.</summary>
    public long SumCount { get; }

    /// <summary>Columns of all tensors whose panels share them.</summary>
    public long StepCount { get; }

    /// <summary>Cuts the tensors of a region.</summary>
    /// <param name="parameters">The region.</param>
    /// <param name="scope">What a cell is.</param>
    /// <param name="chunkLength">About how many numbers a panel has.</param>
    public static ScopeLayout Of<T>(Region<T> parameters, StepSizeScope scope, int chunkLength) where T : unmanaged
    {
        int[] columns = [.. parameters.Tensors.Select(tensor => ColumnsOf(tensor.Shape, scope))];
        return new(columns, parameters.Tensors.SelectMany((tensor, i) => Cut(i, tensor.Offset, tensor.Length, columns[i], chunkLength)));
    }

    /// <summary>Cells of a tensor, by its index.</summary>
    public int CellsOf(int tensor) => _columns[tensor];

    private static int ColumnsOf(IReadOnlyList<int> shape, StepSizeScope scope) => (scope, shape.Count) switch
    {
        (StepSizeScope.Kernel, 4) => shape[2] * shape[3],
        (StepSizeScope.Channel or StepSizeScope.Kernel, >= 2) => shape[^1],
        _ => 1,
    };

    private static IEnumerable<ScopePanel> Cut(int tensor, long offset, long length, int columns, int chunkLength)
    {
        long rows = length / columns;
        var share = columns == 1 ? ScopeShare.One : columns <= FewColumns ? ScopeShare.Shared : ScopeShare.Own;
        // About four panels of own columns, of whole lines of memory, where pieces of rows are long enough.
        int width = share == ScopeShare.Own ? Math.Clamp((columns / 4 + 63) / 64 * 64, FewColumns, MostColumns) : columns;
        // The rows of columns of their own are at most 2^31 / FewColumns.
        int height = share == ScopeShare.Own ? (int)rows : Math.Max(1, chunkLength / columns);
        for (long row = 0; row < rows; row += height)
            for (int first = 0; first < columns; first += width)
                yield return new(tensor, offset + row * columns + first, first, (int)Math.Min(height, rows - row),
                    Math.Min(width, columns - first), columns, share);
    }
}

/// <summary>Some rows and columns of a parameter tensor, seen as a matrix whose columns are cells; one call works on them.</summary>
/// <param name="Tensor">The tensor's index in the region.</param>
/// <param name="Begin">Where the first row begins in the region, in numbers.</param>
/// <param name="First">The first column.</param>
/// <param name="Rows">How many rows.</param>
/// <param name="Columns">How many columns.</param>
/// <param name="Stride">From a row to the next, in numbers: the columns of the tensor.</param>
/// <param name="Share">Whose the columns are.</param>
internal readonly record struct ScopePanel(int Tensor, long Begin, int First, int Rows, int Columns, int Stride, ScopeShare Share)
{
    /// <summary>Where the sums of its columns lie among those of all panels that share columns.</summary>
    public long Sums { get; init; }

    /// <summary>Where the steps of its tensor's columns lie among those of all tensors whose panels share them.</summary>
    public long Steps { get; init; }
}

/// <summary>Whose the cells of a panel are.</summary>
internal enum ScopeShare
{
    /// <summary>The tensor is one cell or part of one, so that its numbers are one after another.</summary>
    One,

    /// <summary>Each panel has some rows of all columns: their sums must be joined before anything changes.</summary>
    Shared,

    /// <summary>The panel has all rows of its columns, and nobody else has any.</summary>
    Own,
}
