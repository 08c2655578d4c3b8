using System.Numerics;
using System.Runtime.CompilerServices;
using Etalon.Engine.Kernels.Convolution;
using Etalon.Engine.Kernels.Vectors;

namespace Etalon.Engine.Kernels.Products;

/// <summary>
/// sum(row, o) += sum over chunks of (sum over the chunk's images, from 0, of input(image, row) gradient(image, o)), for one block of
/// 2 vectors of columns, where there are 32 registers.
/// </summary>
/// <remarks>
/// 6 rows x 2 vectors are 12 sums of a chunk and 12 totals, with 3 registers for the factors. Of a batch of 64 a chunk has 4 images:
/// totals that are loaded, added to and stored with each chunk, as <see cref="OuterProduct{T, TVector}.Join"/> does, cost as many
/// instructions as half of its multiply-adds.
/// </remarks>
internal static unsafe class ChunkedProduct<T, TVector>
    where T : unmanaged, IFloatingPointIeee754<T> where TVector : unmanaged, IVector<TVector, T>
{
    private const int RowsOfBlock = 6;

    /// <summary>Adds the products of all images to the first rows, and tells how many those are: whole blocks of rows.</summary>
    /// <param name="input">[images][rows].</param>
    /// <param name="gradient">[images][lanes].</param>
    /// <param name="images">Number of images.</param>
    /// <param name="chunk">Images of a chunk; the last may have fewer.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="sums">[rows][lanes].</param>
    /// <param name="columns">Columns to sum; of one vector or fewer none are.</param>
    public static int Add(T* input, T* gradient, int images, int chunk, int rows, T* sums, int columns)
    {
        if (!InnerProduct<T, TVector>.HasManyRegisters || columns <= TVector.Count) return 0;
        int row = 0;
        for (; row <= rows - RowsOfBlock; row += RowsOfBlock)
            AddSix(input + row, rows, gradient, images, chunk, sums + row * 2 * TVector.Count);
        return row;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AddSix(T* x, int rows, T* g, int images, int chunk, T* sums)
    {
        int width = TVector.Count;
        int step = 2 * width;
        TVector s0 = TVector.Load(sums), t0 = TVector.Load(sums + width);
        TVector s1 = TVector.Load(sums + step), t1 = TVector.Load(sums + step + width);
        TVector s2 = TVector.Load(sums + 2 * step), t2 = TVector.Load(sums + 2 * step + width);
        TVector s3 = TVector.Load(sums + 3 * step), t3 = TVector.Load(sums + 3 * step + width);
        TVector s4 = TVector.Load(sums + 4 * step), t4 = TVector.Load(sums + 4 * step + width);
        TVector s5 = TVector.Load(sums + 5 * step), t5 = TVector.Load(sums + 5 * step + width);
        for (int left = images; left > 0; left -= chunk)
        {
            TVector a0 = default, b0 = default, a1 = default, b1 = default, a2 = default, b2 = default;
            TVector a3 = default, b3 = default, a4 = default, b4 = default, a5 = default, b5 = default;
            for (int n = left < chunk ? left : chunk; n > 0; n--, x += rows, g += step)
            {
                TVector u = TVector.Load(g), v = TVector.Load(g + width), y;
                y = TVector.Splat(x[0]);
                a0 = TVector.Fma(y, u, a0);
                b0 = TVector.Fma(y, v, b0);
                y = TVector.Splat(x[1]);
                a1 = TVector.Fma(y, u, a1);
                b1 = TVector.Fma(y, v, b1);
                y = TVector.Splat(x[2]);
                a2 = TVector.Fma(y, u, a2);
                b2 = TVector.Fma(y, v, b2);
                y = TVector.Splat(x[3]);
                a3 = TVector.Fma(y, u, a3);
                b3 = TVector.Fma(y, v, b3);
                y = TVector.Splat(x[4]);
                a4 = TVector.Fma(y, u, a4);
                b4 = TVector.Fma(y, v, b4);
                y = TVector.Splat(x[5]);
                a5 = TVector.Fma(y, u, a5);
                b5 = TVector.Fma(y, v, b5);
            }
            s0 += a0;
            t0 += b0;
            s1 += a1;
            t1 += b1;
            s2 += a2;
            t2 += b2;
            s3 += a3;
            t3 += b3;
            s4 += a4;
            t4 += b4;
            s5 += a5;
            t5 += b5;
        }
        Store(sums, s0, t0);
        Store(sums + step, s1, t1);
        Store(sums + 2 * step, s2, t2);
        Store(sums + 3 * step, s3, t3);
        Store(sums + 4 * step, s4, t4);
        Store(sums + 5 * step, s5, t5);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(T* sums, TVector a, TVector b)
    {
        a.Store(sums);
        b.Store(sums + TVector.Count);
    }
}
