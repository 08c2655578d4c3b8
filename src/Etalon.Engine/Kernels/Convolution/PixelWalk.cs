namespace Etalon.Engine.Kernels.Convolution;

/// <summary>The offset of a pixel: Start + image ImageStep + row RowStep + column ColumnStep, in numbers.</summary>
internal readonly record struct PixelWalk(int Start, int ImageStep, int RowStep, int ColumnStep)
{
    /// <summary>The offset of one pixel.</summary>
    public int At(int image, int row, int column) => Start + image * ImageStep + row * RowStep + column * ColumnStep;
}
