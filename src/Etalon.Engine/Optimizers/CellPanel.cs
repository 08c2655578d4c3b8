namespace Etalon.Engine.Optimizers;

/// <summary>Some rows and columns of a parameter tensor, seen as a matrix whose columns are cells; one call works on them.</summary>
/// <param name="Tensor">The tensor's index in the region.</param>
/// <param name="Begin">Where the first row begins in the region, in numbers.</param>
/// <param name="First">The first column.</param>
/// <param name="Rows">How many rows.</param>
/// <param name="Columns">How many columns.</param>
/// <param name="Stride">From a row to the next, in numbers: the columns of the tensor.</param>
/// <param name="Share">Whose the columns are.</param>
internal readonly record struct CellPanel(int Tensor, long Begin, int First, int Rows, int Columns, int Stride, CellShare Share)
{
    /// <summary>Where the sums of its columns lie among those of all panels that share columns.</summary>
    public long Sums { get; init; }

    /// <summary>Where the steps of its tensor's columns lie among those of all tensors whose panels share them.</summary>
    public long Steps { get; init; }
}
