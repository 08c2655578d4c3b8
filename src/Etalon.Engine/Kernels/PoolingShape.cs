namespace Etalon.Engine.Kernels;

/// <summary>The sizes of a pooling: input [..][input width][channels], windows of height x width, output [output height][output width][channels].</summary>
internal readonly record struct PoolingShape(int InputWidth, int Channels, int Height, int Width, int Stride, int OutputHeight, int OutputWidth)
{
    /// <summary>Pixels of an output image.</summary>
    public int OutputPixels => OutputHeight * OutputWidth;

    /// <summary>Pixels of a window.</summary>
    public int WindowPixels => Height * Width;

    /// <summary>Numbers from a row of the input to the next.</summary>
    public int RowStep => InputWidth * Channels;

    /// <summary>Numbers in a row of a window.</summary>
    public int LineLength => Width * Channels;

    /// <summary>Numbers before the window of an output pixel.</summary>
    public int WindowOf(int output)
    {
        (int row, int column) = Math.DivRem(output, OutputWidth);
        return (row * RowStep + column * Channels) * Stride;
    }

    /// <summary>Numbers from a window's first pixel to another, counted row by row.</summary>
    public int Within(int pixel)
    {
        (int row, int column) = Math.DivRem(pixel, Width);
        return row * RowStep + column * Channels;
    }
}
