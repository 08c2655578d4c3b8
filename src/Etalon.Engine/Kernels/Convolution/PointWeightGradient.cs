using System.Numerics;
using System.Runtime.CompilerServices;
using Etalon.Engine.Kernels.Vectors;

namespace Etalon.Engine.Kernels.Convolution;

/// <summary>
/// The weight gradient of a convolution of one pixel: sums(row, o) += sum over pixels of input(pixel, row) gradient(pixel, o).
/// </summary>
/// <remarks>
/// A few pixels at a time are copied side by side. Where they lie, those of 512 channels are 2 kB apart, and share so few sets of a
/// first-level cache that each was fetched anew for every block of sums. The order of a sum is that of the pixels, as in
/// <see cref="OuterProduct{T, TVector}"/> over the image itself.
/// </remarks>
internal static unsafe class PointWeightGradient<T, TVector>
    where T : unmanaged, IFloatingPointIeee754<T> where TVector : unmanaged, IVector<TVector, T>
{
    private const int MostPixels = 64, MostRows = 128;

    private static readonly int[] RowOffsets = [.. Enumerable.Range(0, MostRows)];

    /// <summary>Numbers of scratch that a call needs.</summary>
    public static int ScratchLength => MostPixels * (MostRows + 2 * TVector.Count);

    /// <summary>Adds the products of some pixels.</summary>
    /// <param name="input">[pixels][rows].</param>
    /// <param name="rows">Input channels.</param>
    /// <param name="gradient">[pixels][step].</param>
    /// <param name="step">Numbers from one pixel of the gradient to the next, at least the channels.</param>
    /// <param name="channels">Output channels.</param>
    /// <param name="pixels">How many.</param>
    /// <param name="sums">[block of output channels][rows][lanes of a block].</param>
    /// <param name="scratch">[<see cref="ScratchLength"/>].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(T* input, int rows, T* gradient, int step, int channels, int pixels, T* sums, T* scratch)
    {
        int lanes = InnerProduct<T, TVector>.LanesOf(channels);
        T* left = scratch, right = scratch + MostPixels * MostRows;
        PixelOffsets start = default;
        fixed (int* offsets = RowOffsets)
            for (int pixel = 0; pixel < pixels; pixel += MostPixels)
            {
                int few = Math.Min(MostPixels, pixels - pixel);
                for (int row = 0; row < rows; row += MostRows)
                {
                    int taken = Math.Min(MostRows, rows - row);
                    for (int i = 0; i < few; i++) Rows.Copy(input + (nint)(pixel + i) * rows + row, 1, taken, taken, left + i * taken);
                    var lines = new PixelLines(&start, 1, few, taken, lanes);
                    for (int first = 0; first < channels; first += lanes)
                    {
                        Lay(gradient + (nint)pixel * step + first, step, few, Math.Min(lanes, step - first), lanes, right);
                        OuterProduct<T, TVector>.Add(
                            left, right, lines, offsets, taken, sums + (nint)first * rows + row * lanes, lanes, channels - first);
                    }
                }
            }
    }

    // Numbers behind the last channel meet sums that nobody reads.
    private static void Lay(T* from, int step, int pixels, int count, int lanes, T* to)
    {
        for (int i = 0; i < pixels; i++, from += step, to += lanes)
        {
            int j = 0;
            for (; j <= count - TVector.Count; j += TVector.Count) TVector.Load(from + j).Store(to + j);
            for (; j < count; j++) to[j] = from[j];
            for (; j < lanes; j++) to[j] = T.Zero;
        }
    }
}
