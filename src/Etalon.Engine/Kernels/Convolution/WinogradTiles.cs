using System.Numerics;
using System.Runtime.CompilerServices;
using Etalon.Engine.Kernels.Vectors;

namespace Etalon.Engine.Kernels.Convolution;

/// <summary>
/// Moves tiles between images and their transforms [36 points][tile][channel]: both directions of
/// <see cref="WinogradTransform{T, TVector}"/> for every tile of a block and every vector of channels.
/// </summary>
/// <param name="Buffer">36 vectors and more: a tile between its two directions; aligned, and in the first-level cache throughout.</param>
/// <param name="Transforms">Where the transforms of the block begin.</param>
/// <param name="TileStep">Numbers from one tile's transform to the next.</param>
/// <param name="PointStep">Numbers from one point of a transform to the next.</param>
internal readonly unsafe ref struct WinogradTiles<T, TVector>(T* Buffer, T* Transforms, int TileStep, int PointStep)
    where T : unmanaged, IFloatingPointIeee754<T> where TVector : unmanaged, IVector<TVector, T>
{
    /// <summary>Numbers in the buffer.</summary>
    public static int BufferLength => 40 * TVector.Count;

    /// <summary>B^T d B of <paramref name="count"/> tiles from <paramref name="first"/> on, read from framed images.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void FromInput(TileGrid grid, T* framed, int first, int count)
    {
        int width = TVector.Count;
        nint pixelStep = grid.Frame.PixelStride, rowStep = grid.Frame.RowStride, pointStep = PointStep;
        T* buffer = Buffer;
        (int image, int row, int column) = grid.Locate(first);
        for (int n = 0; n < count; n++, (image, row, column) = grid.Next(image, row, column))
        {
            T* tile = framed + (nint)image * grid.Frame.Length + TileGrid.Edge * (row * rowStep + column * pixelStep);
            T* transform = Transforms + n * TileStep;
            for (int c = 0; c < pixelStep; c += width)
            {
                T* from = tile + c, to = buffer, end = buffer + 6 * 6 * width;
                for (; to < end; from += rowStep, to += 6 * width)
                    WinogradTransform<T, TVector>.Input(from, pixelStep, to, width);
                end = buffer + 6 * width;
                for (from = buffer, to = transform + c; from < end; from += width, to += pointStep)
                    WinogradTransform<T, TVector>.Input(from, 6 * width, to, 6 * pointStep);
            }
        }
    }

    /// <summary>A dY A^T of <paramref name="count"/> tiles from <paramref name="first"/> on, read from framed output gradients.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void FromGradient(TileGrid grid, Frame frame, T* framed, int first, int count)
    {
        int width = TVector.Count;
        nint pixelStep = frame.PixelStride, rowStep = frame.RowStride, pointStep = PointStep;
        T* buffer = Buffer;
        (int image, int row, int column) = grid.Locate(first);
        for (int n = 0; n < count; n++, (image, row, column) = grid.Next(image, row, column))
        {
            T* tile = framed + (nint)image * frame.Length + frame.Origin + TileGrid.Edge * (row * rowStep + column * pixelStep);
            T* transform = Transforms + n * TileStep;
            for (int c = 0; c < pixelStep; c += width)
            {
                T* from = tile + c, to = buffer, end = buffer + 4 * 6 * width;
                for (; to < end; from += rowStep, to += 6 * width)
                    WinogradTransform<T, TVector>.Gradient(from, pixelStep, to, width);
                end = buffer + 6 * width;
                for (from = buffer, to = transform + c; from < end; from += width, to += pointStep)
                    WinogradTransform<T, TVector>.Gradient(from, 6 * width, to, 6 * pointStep);
            }
        }
    }

    /// <summary>
    /// Y = A^T M A of <paramref name="count"/> tiles from <paramref name="first"/> on, written to dense images as far as they exist.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void ToOutput(TileGrid grid, T* output, int first, int count)
    {
        int width = TVector.Count;
        nint pixelStep = grid.OutputChannels, rowStep = grid.OutputWidth * pixelStep, pointStep = PointStep;
        T* buffer = Buffer;
        (int image, int row, int column) = grid.Locate(first);
        for (int n = 0; n < count; n++, (image, row, column) = grid.Next(image, row, column))
        {
            int rows = Math.Min(TileGrid.Edge, grid.OutputHeight - TileGrid.Edge * row);
            int columns = Math.Min(TileGrid.Edge, grid.OutputWidth - TileGrid.Edge * column);
            T* tile = output + (nint)image * grid.OutputLength + TileGrid.Edge * (row * rowStep + column * pixelStep);
            T* transform = Transforms + n * TileStep;
            for (int c = 0; c < pixelStep; c += width)
            {
                T* from = transform + c, to = buffer, end = buffer + 6 * width;
                for (; to < end; from += pointStep, to += width)
                    WinogradTransform<T, TVector>.Output(from, 6 * pointStep, to, 6 * width);
                bool isWhole = columns == TileGrid.Edge && c + width <= pixelStep;
                end = buffer + rows * 6 * width;
                for (from = buffer, to = tile + c; from < end; from += 6 * width, to += rowStep)
                    if (isWhole)
                        WinogradTransform<T, TVector>.Output(from, width, to, pixelStep);
                    else
                        WritePart(from, to, pixelStep, columns, Math.Min(width, (int)pixelStep - c));
            }
        }
    }

    // One row of a tile that stands over an edge, of the image or of the channels.
    private void WritePart(T* from, T* to, nint pixelStep, int columns, int channels)
    {
        int width = TVector.Count;
        T* outputs = Buffer + 36 * width;
        WinogradTransform<T, TVector>.Output(from, width, outputs, width);
        for (int x = 0; x < columns; x++, outputs += width, to += pixelStep)
            if (channels == width)
                TVector.Load(outputs).Store(to);
            else
                for (int c = 0; c < channels; c++) to[c] = outputs[c];
    }
}
