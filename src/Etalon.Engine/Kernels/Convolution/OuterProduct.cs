using System.Numerics;
using System.Runtime.CompilerServices;
using Etalon.Engine.Kernels.Vectors;

namespace Etalon.Engine.Kernels.Convolution;

/// <summary>
/// The product behind every weight gradient: sum(row, o) += sum over pixels of input(pixel + row) gradient(pixel, o), for one block of
/// 2 vectors of output channels; a row is a (tap, input channel) of the direct form or an input channel of a Winograd product.
/// </summary>
/// <remarks>
/// 6 rows x 2 vectors are 12 accumulators, as in <see cref="InnerProduct{T, TVector}"/>. Rows left over by sixes go by fours (8
/// accumulators just cover the latency of a multiply-add, 4 cycles x 2 a cycle): 16, 32 and 64 rows are 6+6+4, 4 x 6 + 2 x 4 and 10 x 6 +
/// 4. With 32 registers, rows that lie side by side go by eights, and by sixteens where there is one vector. Sums continue in the
/// accumulator, so their order is that of the pixels, however the pixels are cut into calls; or they are joined to it, chunk by chunk.
/// </remarks>
internal static unsafe class OuterProduct<T, TVector>
    where T : unmanaged, IFloatingPointIeee754<T> where TVector : unmanaged, IVector<TVector, T>
{
    /// <summary>Adds the products of all pixels of <paramref name="lines"/> to all rows.</summary>
    /// <param name="input">What the offsets of lines and rows in the input start from.</param>
    /// <param name="gradient">What the offsets of lines in the gradient start from; whole vectors are read at each pixel.</param>
    /// <param name="lines">The pixels, in the order of summation.</param>
    /// <param name="rows">[rowCount]: offsets from a pixel's in the input.</param>
    /// <param name="rowCount">Number of rows, at least 1.</param>
    /// <param name="sums">[rowCount][lanes].</param>
    /// <param name="lanes">Numbers from one row of sums to the next, 1 or 2 vectors.</param>
    /// <param name="channels">Channels to sum: up to 1 vector or up to 2 vectors.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Add(T* input, T* gradient, in PixelLines lines, int* rows, int rowCount, T* sums, int lanes, int channels) =>
        Add<Continued>(input, gradient, lines, rows, rowCount, sums, lanes, channels);

    /// <summary>Sums of their own, from 0, and then added to what the sums were: one chunk's to those before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Join(T* input, T* gradient, in PixelLines lines, int* rows, int rowCount, T* sums, int lanes, int channels) =>
        Add<Joined>(input, gradient, lines, rows, rowCount, sums, lanes, channels);

    private static void Add<TSums>(
        T* input, T* gradient, in PixelLines lines, int* rows, int rowCount, T* sums, int lanes, int channels) where TSums : ISums
    {
        int step = lanes, row = 0;
        bool hasManyRegisters = InnerProduct<T, TVector>.HasManyRegisters;
        if (channels <= TVector.Count)
        {
            for (; hasManyRegisters && row <= rowCount - 16 && rows[row + 15] == rows[row] + 15; row += 16)
                AddNarrowSixteen<TSums>(input + rows[row], gradient, lines, sums + row * step, step);
            for (; row < rowCount; row += 8)
                AddNarrowEight<TSums>(input, gradient, lines, rows + row, Math.Min(rowCount - row, 8) - 1, sums + row * step, step);
            return;
        }
        for (; hasManyRegisters && row <= rowCount - 8 && rows[row + 7] == rows[row] + 7; row += 8)
            AddEight<TSums>(input + rows[row], gradient, lines, sums + row * step);
        int left = rowCount - row, sixes = left % 6 is 1 or 2 ? left / 6 - 1 : (left + 1) / 6;
        for (int end = row + 6 * sixes; row < end; row += 6)
            AddSix<TSums>(input, gradient, lines, rows + row, Math.Min(rowCount - row, 6) - 1, sums + row * step);
        for (; row < rowCount; row += 4)
            AddFour<TSums>(input, gradient, lines, rows + row, Math.Min(rowCount - row, 4) - 1, sums + row * step);
    }

    // 8 rows x 2 vectors where there are 32 registers and the rows lie side by side, so that one pointer reaches them.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AddEight<TSums>(T* input, T* gradient, in PixelLines lines, T* sums) where TSums : ISums
    {
        int width = TVector.Count;
        int step = 2 * width;
        int length = lines.Length;
        nint readStep = lines.ReadStep, writeStep = lines.WriteStep;
        TVector a0 = TSums.Start(sums), b0 = TSums.Start(sums + width);
        TVector a1 = TSums.Start(sums + step), b1 = TSums.Start(sums + step + width);
        TVector a2 = TSums.Start(sums + 2 * step), b2 = TSums.Start(sums + 2 * step + width);
        TVector a3 = TSums.Start(sums + 3 * step), b3 = TSums.Start(sums + 3 * step + width);
        TVector a4 = TSums.Start(sums + 4 * step), b4 = TSums.Start(sums + 4 * step + width);
        TVector a5 = TSums.Start(sums + 5 * step), b5 = TSums.Start(sums + 5 * step + width);
        TVector a6 = TSums.Start(sums + 6 * step), b6 = TSums.Start(sums + 6 * step + width);
        TVector a7 = TSums.Start(sums + 7 * step), b7 = TSums.Start(sums + 7 * step + width);
        for (PixelOffsets* line = lines.Starts, end = line + lines.Count; line < end; line++)
        {
            T* from = input + line->Read;
            T* g = gradient + line->Write;
            for (int n = length; n > 0; n--, from += readStep, g += writeStep)
            {
                TVector u = TVector.Load(g), v = TVector.Load(g + width), x;
                x = TVector.Splat(from[0]);
                a0 = TVector.Fma(x, u, a0);
                b0 = TVector.Fma(x, v, b0);
                x = TVector.Splat(from[1]);
                a1 = TVector.Fma(x, u, a1);
                b1 = TVector.Fma(x, v, b1);
                x = TVector.Splat(from[2]);
                a2 = TVector.Fma(x, u, a2);
                b2 = TVector.Fma(x, v, b2);
                x = TVector.Splat(from[3]);
                a3 = TVector.Fma(x, u, a3);
                b3 = TVector.Fma(x, v, b3);
                x = TVector.Splat(from[4]);
                a4 = TVector.Fma(x, u, a4);
                b4 = TVector.Fma(x, v, b4);
                x = TVector.Splat(from[5]);
                a5 = TVector.Fma(x, u, a5);
                b5 = TVector.Fma(x, v, b5);
                x = TVector.Splat(from[6]);
                a6 = TVector.Fma(x, u, a6);
                b6 = TVector.Fma(x, v, b6);
                x = TVector.Splat(from[7]);
                a7 = TVector.Fma(x, u, a7);
                b7 = TVector.Fma(x, v, b7);
            }
        }
        Store(sums, TSums.Total(sums, a0), TSums.Total(sums + width, b0));
        Store(sums + step, TSums.Total(sums + step, a1), TSums.Total(sums + step + width, b1));
        Store(sums + 2 * step, TSums.Total(sums + 2 * step, a2), TSums.Total(sums + 2 * step + width, b2));
        Store(sums + 3 * step, TSums.Total(sums + 3 * step, a3), TSums.Total(sums + 3 * step + width, b3));
        Store(sums + 4 * step, TSums.Total(sums + 4 * step, a4), TSums.Total(sums + 4 * step + width, b4));
        Store(sums + 5 * step, TSums.Total(sums + 5 * step, a5), TSums.Total(sums + 5 * step + width, b5));
        Store(sums + 6 * step, TSums.Total(sums + 6 * step, a6), TSums.Total(sums + 6 * step + width, b6));
        Store(sums + 7 * step, TSums.Total(sums + 7 * step, a7), TSums.Total(sums + 7 * step + width, b7));
    }

    // Behind the last row both blocks repeat it, and write the same sum to the same place again.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AddSix<TSums>(T* input, T* gradient, in PixelLines lines, int* rows, int last, T* sums) where TSums : ISums
    {
        int width = TVector.Count;
        int step = 2 * width;
        int r5 = Math.Min(5, last);
        int length = lines.Length;
        nint readStep = lines.ReadStep, writeStep = lines.WriteStep;
        T* x0 = input + rows[0];
        T* x1 = input + rows[1];
        T* x2 = input + rows[2];
        T* x3 = input + rows[3];
        T* x4 = input + rows[4];
        T* x5 = input + rows[r5];
        TVector a0 = TSums.Start(sums), b0 = TSums.Start(sums + width);
        TVector a1 = TSums.Start(sums + step), b1 = TSums.Start(sums + step + width);
        TVector a2 = TSums.Start(sums + 2 * step), b2 = TSums.Start(sums + 2 * step + width);
        TVector a3 = TSums.Start(sums + 3 * step), b3 = TSums.Start(sums + 3 * step + width);
        TVector a4 = TSums.Start(sums + 4 * step), b4 = TSums.Start(sums + 4 * step + width);
        TVector a5 = TSums.Start(sums + r5 * step), b5 = TSums.Start(sums + r5 * step + width);
        for (PixelOffsets* line = lines.Starts, end = line + lines.Count; line < end; line++)
        {
            nint i = line->Read;
            T* g = gradient + line->Write;
            for (int n = length; n > 0; n--, i += readStep, g += writeStep)
            {
                TVector u = TVector.Load(g), v = TVector.Load(g + width), x;
                x = TVector.Splat(x0[i]);
                a0 = TVector.Fma(x, u, a0);
                b0 = TVector.Fma(x, v, b0);
                x = TVector.Splat(x1[i]);
                a1 = TVector.Fma(x, u, a1);
                b1 = TVector.Fma(x, v, b1);
                x = TVector.Splat(x2[i]);
                a2 = TVector.Fma(x, u, a2);
                b2 = TVector.Fma(x, v, b2);
                x = TVector.Splat(x3[i]);
                a3 = TVector.Fma(x, u, a3);
                b3 = TVector.Fma(x, v, b3);
                x = TVector.Splat(x4[i]);
                a4 = TVector.Fma(x, u, a4);
                b4 = TVector.Fma(x, v, b4);
                x = TVector.Splat(x5[i]);
                a5 = TVector.Fma(x, u, a5);
                b5 = TVector.Fma(x, v, b5);
            }
        }
        a0 = TSums.Total(sums, a0);
        b0 = TSums.Total(sums + width, b0);
        a1 = TSums.Total(sums + step, a1);
        b1 = TSums.Total(sums + step + width, b1);
        a2 = TSums.Total(sums + 2 * step, a2);
        b2 = TSums.Total(sums + 2 * step + width, b2);
        a3 = TSums.Total(sums + 3 * step, a3);
        b3 = TSums.Total(sums + 3 * step + width, b3);
        a4 = TSums.Total(sums + 4 * step, a4);
        b4 = TSums.Total(sums + 4 * step + width, b4);
        a5 = TSums.Total(sums + r5 * step, a5);
        b5 = TSums.Total(sums + r5 * step + width, b5);
        Store(sums, a0, b0);
        Store(sums + step, a1, b1);
        Store(sums + 2 * step, a2, b2);
        Store(sums + 3 * step, a3, b3);
        Store(sums + 4 * step, a4, b4);
        Store(sums + r5 * step, a5, b5);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AddFour<TSums>(T* input, T* gradient, in PixelLines lines, int* rows, int last, T* sums) where TSums : ISums
    {
        int width = TVector.Count;
        int step = 2 * width;
        int r1 = Math.Min(1, last), r2 = Math.Min(2, last), r3 = Math.Min(3, last);
        int length = lines.Length;
        nint readStep = lines.ReadStep, writeStep = lines.WriteStep;
        T* x0 = input + rows[0];
        T* x1 = input + rows[r1];
        T* x2 = input + rows[r2];
        T* x3 = input + rows[r3];
        TVector a0 = TSums.Start(sums), b0 = TSums.Start(sums + width);
        TVector a1 = TSums.Start(sums + r1 * step), b1 = TSums.Start(sums + r1 * step + width);
        TVector a2 = TSums.Start(sums + r2 * step), b2 = TSums.Start(sums + r2 * step + width);
        TVector a3 = TSums.Start(sums + r3 * step), b3 = TSums.Start(sums + r3 * step + width);
        for (PixelOffsets* line = lines.Starts, end = line + lines.Count; line < end; line++)
        {
            nint i = line->Read;
            T* g = gradient + line->Write;
            for (int n = length; n > 0; n--, i += readStep, g += writeStep)
            {
                TVector u = TVector.Load(g), v = TVector.Load(g + width), x;
                x = TVector.Splat(x0[i]);
                a0 = TVector.Fma(x, u, a0);
                b0 = TVector.Fma(x, v, b0);
                x = TVector.Splat(x1[i]);
                a1 = TVector.Fma(x, u, a1);
                b1 = TVector.Fma(x, v, b1);
                x = TVector.Splat(x2[i]);
                a2 = TVector.Fma(x, u, a2);
                b2 = TVector.Fma(x, v, b2);
                x = TVector.Splat(x3[i]);
                a3 = TVector.Fma(x, u, a3);
                b3 = TVector.Fma(x, v, b3);
            }
        }
        a0 = TSums.Total(sums, a0);
        b0 = TSums.Total(sums + width, b0);
        a1 = TSums.Total(sums + r1 * step, a1);
        b1 = TSums.Total(sums + r1 * step + width, b1);
        a2 = TSums.Total(sums + r2 * step, a2);
        b2 = TSums.Total(sums + r2 * step + width, b2);
        a3 = TSums.Total(sums + r3 * step, a3);
        b3 = TSums.Total(sums + r3 * step + width, b3);
        Store(sums, a0, b0);
        Store(sums + r1 * step, a1, b1);
        Store(sums + r2 * step, a2, b2);
        Store(sums + r3 * step, a3, b3);
    }

    // 16 rows x 1 vector where there are 32 registers and the rows lie side by side: 17 loads feed 16 multiply-adds. One pointer reaches
    // all rows; a pointer for each would not fit into the registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AddNarrowSixteen<TSums>(T* input, T* gradient, in PixelLines lines, T* sums, int step) where TSums : ISums
    {
        int length = lines.Length;
        nint readStep = lines.ReadStep, writeStep = lines.WriteStep;
        TVector a0 = TSums.Start(sums);
        TVector a1 = TSums.Start(sums + step);
        TVector a2 = TSums.Start(sums + 2 * step);
        TVector a3 = TSums.Start(sums + 3 * step);
        TVector a4 = TSums.Start(sums + 4 * step);
        TVector a5 = TSums.Start(sums + 5 * step);
        TVector a6 = TSums.Start(sums + 6 * step);
        TVector a7 = TSums.Start(sums + 7 * step);
        TVector a8 = TSums.Start(sums + 8 * step);
        TVector a9 = TSums.Start(sums + 9 * step);
        TVector a10 = TSums.Start(sums + 10 * step);
        TVector a11 = TSums.Start(sums + 11 * step);
        TVector a12 = TSums.Start(sums + 12 * step);
        TVector a13 = TSums.Start(sums + 13 * step);
        TVector a14 = TSums.Start(sums + 14 * step);
        TVector a15 = TSums.Start(sums + 15 * step);
        for (PixelOffsets* line = lines.Starts, end = line + lines.Count; line < end; line++)
        {
            T* x = input + line->Read;
            T* g = gradient + line->Write;
            for (int n = length; n > 0; n--, x += readStep, g += writeStep)
            {
                TVector u = TVector.Load(g);
                a0 = TVector.Fma(TVector.Splat(x[0]), u, a0);
                a1 = TVector.Fma(TVector.Splat(x[1]), u, a1);
                a2 = TVector.Fma(TVector.Splat(x[2]), u, a2);
                a3 = TVector.Fma(TVector.Splat(x[3]), u, a3);
                a4 = TVector.Fma(TVector.Splat(x[4]), u, a4);
                a5 = TVector.Fma(TVector.Splat(x[5]), u, a5);
                a6 = TVector.Fma(TVector.Splat(x[6]), u, a6);
                a7 = TVector.Fma(TVector.Splat(x[7]), u, a7);
                a8 = TVector.Fma(TVector.Splat(x[8]), u, a8);
                a9 = TVector.Fma(TVector.Splat(x[9]), u, a9);
                a10 = TVector.Fma(TVector.Splat(x[10]), u, a10);
                a11 = TVector.Fma(TVector.Splat(x[11]), u, a11);
                a12 = TVector.Fma(TVector.Splat(x[12]), u, a12);
                a13 = TVector.Fma(TVector.Splat(x[13]), u, a13);
                a14 = TVector.Fma(TVector.Splat(x[14]), u, a14);
                a15 = TVector.Fma(TVector.Splat(x[15]), u, a15);
            }
        }
        TSums.Total(sums, a0).Store(sums);
        TSums.Total(sums + step, a1).Store(sums + step);
        TSums.Total(sums + 2 * step, a2).Store(sums + 2 * step);
        TSums.Total(sums + 3 * step, a3).Store(sums + 3 * step);
        TSums.Total(sums + 4 * step, a4).Store(sums + 4 * step);
        TSums.Total(sums + 5 * step, a5).Store(sums + 5 * step);
        TSums.Total(sums + 6 * step, a6).Store(sums + 6 * step);
        TSums.Total(sums + 7 * step, a7).Store(sums + 7 * step);
        TSums.Total(sums + 8 * step, a8).Store(sums + 8 * step);
        TSums.Total(sums + 9 * step, a9).Store(sums + 9 * step);
        TSums.Total(sums + 10 * step, a10).Store(sums + 10 * step);
        TSums.Total(sums + 11 * step, a11).Store(sums + 11 * step);
        TSums.Total(sums + 12 * step, a12).Store(sums + 12 * step);
        TSums.Total(sums + 13 * step, a13).Store(sums + 13 * step);
        TSums.Total(sums + 14 * step, a14).Store(sums + 14 * step);
        TSums.Total(sums + 15 * step, a15).Store(sums + 15 * step);
    }

    // 8 rows x 1 vector, for the last channels when they are half a block or less: 9 loads feed 8 multiply-adds, near 9/10 of the peak.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AddNarrowEight<TSums>(T* input, T* gradient, in PixelLines lines, int* rows, int last, T* sums, int step)
        where TSums : ISums
    {
        int r1 = Math.Min(1, last), r2 = Math.Min(2, last), r3 = Math.Min(3, last), r4 = Math.Min(4, last);
        int r5 = Math.Min(5, last), r6 = Math.Min(6, last), r7 = Math.Min(7, last);
        int length = lines.Length;
        nint readStep = lines.ReadStep, writeStep = lines.WriteStep;
        T* x0 = input + rows[0];
        T* x1 = input + rows[r1];
        T* x2 = input + rows[r2];
        T* x3 = input + rows[r3];
        T* x4 = input + rows[r4];
        T* x5 = input + rows[r5];
        T* x6 = input + rows[r6];
        T* x7 = input + rows[r7];
        TVector a0 = TSums.Start(sums), a1 = TSums.Start(sums + r1 * step);
        TVector a2 = TSums.Start(sums + r2 * step), a3 = TSums.Start(sums + r3 * step);
        TVector a4 = TSums.Start(sums + r4 * step), a5 = TSums.Start(sums + r5 * step);
        TVector a6 = TSums.Start(sums + r6 * step), a7 = TSums.Start(sums + r7 * step);
        for (PixelOffsets* line = lines.Starts, end = line + lines.Count; line < end; line++)
        {
            nint i = line->Read;
            T* g = gradient + line->Write;
            for (int n = length; n > 0; n--, i += readStep, g += writeStep)
            {
                TVector u = TVector.Load(g);
                a0 = TVector.Fma(TVector.Splat(x0[i]), u, a0);
                a1 = TVector.Fma(TVector.Splat(x1[i]), u, a1);
                a2 = TVector.Fma(TVector.Splat(x2[i]), u, a2);
                a3 = TVector.Fma(TVector.Splat(x3[i]), u, a3);
                a4 = TVector.Fma(TVector.Splat(x4[i]), u, a4);
                a5 = TVector.Fma(TVector.Splat(x5[i]), u, a5);
                a6 = TVector.Fma(TVector.Splat(x6[i]), u, a6);
                a7 = TVector.Fma(TVector.Splat(x7[i]), u, a7);
            }
        }
        a0 = TSums.Total(sums, a0);
        a1 = TSums.Total(sums + r1 * step, a1);
        a2 = TSums.Total(sums + r2 * step, a2);
        a3 = TSums.Total(sums + r3 * step, a3);
        a4 = TSums.Total(sums + r4 * step, a4);
        a5 = TSums.Total(sums + r5 * step, a5);
        a6 = TSums.Total(sums + r6 * step, a6);
        a7 = TSums.Total(sums + r7 * step, a7);
        a0.Store(sums);
        a1.Store(sums + r1 * step);
        a2.Store(sums + r2 * step);
        a3.Store(sums + r3 * step);
        a4.Store(sums + r4 * step);
        a5.Store(sums + r5 * step);
        a6.Store(sums + r6 * step);
        a7.Store(sums + r7 * step);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(T* sums, TVector a, TVector b)
    {
        a.Store(sums);
        b.Store(sums + TVector.Count);
    }

    /// <summary>What a sum begins with and where it goes; a type, so that the choice is made when the product is compiled.</summary>
    private interface ISums
    {
        static abstract TVector Start(T* sums);

        static abstract TVector Total(T* sums, TVector sum);
    }

    private readonly struct Continued : ISums
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Start(T* sums) => TVector.Load(sums);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Total(T* sums, TVector sum) => sum;
    }

    // Where rows may repeat behind the last one, all totals are taken before the first is written.
    private readonly struct Joined : ISums
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Start(T* sums) => default;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Total(T* sums, TVector sum) => TVector.Load(sums) + sum;
    }
}
