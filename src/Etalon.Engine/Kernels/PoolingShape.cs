namespace Etalon.Engine.Kernels;

/// <summary>The sizes of a pooling: input [..][input width][channels], windows of height x width, output [output height][output width][channels].</summary>
internal readonly record struct PoolingShape(int InputWidth, int Channels, int Height, int Width, int Stride, int OutputHeight, int OutputWidth)
{
    /// <summary>Numbers before the window of an output pixel.</summary>
    public int WindowOf(int row, int column) => (row * Stride * InputWidth + column * Stride) * Channels;

    /// <summary>Numbers from a window's first pixel to another.</summary>
    public int Within(int row, int column) => (row * InputWidth + column) * Channels;
}
