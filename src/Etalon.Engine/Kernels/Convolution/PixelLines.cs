namespace Etalon.Engine.Kernels.Convolution;

/// <summary>
/// Lines of pixels for the weight gradient: where each line begins, and the steps within it.
/// </summary>
/// <remarks>
/// Lists of single pixels, as the inner product takes them, would cost the outer product 2 loads beside each 8 of its own; in a busy
/// minute, when loads are the limit, it ran at 67 % of the peak with them and at 74 % with lines.
/// </remarks>
/// <param name="Starts">[Count]: offsets of a line's first pixel in the input (Read) and in the gradient (Write).</param>
/// <param name="Count">Number of lines.</param>
/// <param name="Length">Pixels in a line, at least 1.</param>
/// <param name="ReadStep">Numbers from a pixel to the next in the input.</param>
/// <param name="WriteStep">Numbers from a pixel to the next in the gradient.</param>
internal readonly unsafe struct PixelLines(PixelOffsets* Starts, int Count, int Length, nint ReadStep, nint WriteStep)
{
    public readonly PixelOffsets* Starts = Starts;
    public readonly int Count = Count;
    public readonly int Length = Length;
    public readonly nint ReadStep = ReadStep;
    public readonly nint WriteStep = WriteStep;
}

/// <summary>The offset of a pixel: Start + image ImageStep + row RowStep + column ColumnStep, in numbers.</summary>
internal readonly record struct PixelWalk(int Start, int ImageStep, int RowStep, int ColumnStep)
{
    /// <summary>The offset of one pixel.</summary>
    public int At(int image, int row, int column) => Start + image * ImageStep + row * RowStep + column * ColumnStep;
}
