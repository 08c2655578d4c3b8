using System.Numerics;
using System.Runtime.CompilerServices;
using Etalon.Engine.Kernels.Vectors;

namespace Etalon.Engine.Kernels.Convolution;

/// <summary>
/// The products M = V U of a column of points of Winograd's form: for each point, m(tile, o) = sum over i &lt; depth of v(tile, i) u(i, o).
/// </summary>
/// <remarks>
/// They have few channels to sum over, so that ending a loop costs as much as a quarter of it: with 32 registers 16 rows of weights stay in
/// registers while tiles go by eights (16 channels: 88 % of the peak in the first-level cache, 75 % with a loop over channels). Where there
/// are two vectors of channels, 8 tiles x 2 vectors are 16 accumulators. With 16 registers the products are those of
/// <see cref="InnerProduct{T, TVector}"/>. The order of each sum is that of the channels, whichever way it is computed.
/// </remarks>
internal static unsafe class PointProducts<T, TVector>
    where T : unmanaged, IFloatingPointIeee754<T> where TVector : unmanaged, IVector<TVector, T>
{
    private const int Tiles = 8, Depth = 16;

    /// <summary>Tiles in a register block, where there are <paramref name="channels"/> of output in all.</summary>
    public static int TilesPerBlock(int channels) =>
        InnerProduct<T, TVector>.HasManyRegisters ? Tiles : InnerProduct<T, TVector>.PixelsPerBlock(channels);

    /// <summary>The products of one point.</summary>
    /// <param name="v">[tile][input lanes].</param>
    /// <param name="pairs">[tiles]: where each tile reads and writes, for <see cref="InnerProduct{T, TVector}"/>.</param>
    /// <param name="tiles">Number of tiles, in whole register blocks.</param>
    /// <param name="inputLanes">Numbers from one tile to the next in v.</param>
    /// <param name="depth">Input channels.</param>
    /// <param name="weights">[block of output channels][depth][lanes of a block].</param>
    /// <param name="outputLanes">Output channels in whole vectors.</param>
    /// <param name="m">[tile][output lanes]; overwritten.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Multiply(T* v, PixelOffsets* pairs, int tiles, int inputLanes, int depth, T* weights, int outputLanes, T* m)
    {
        int lanes = InnerProduct<T, TVector>.LanesOf(outputLanes), run = 0;
        for (int o = 0; o < outputLanes; o += lanes, weights += depth * lanes)
        {
            int channels = Math.Min(lanes, outputLanes - o);
            if (!InnerProduct<T, TVector>.HasManyRegisters)
                InnerProduct<T, TVector>.Run(v, pairs, tiles, &run, 1, depth, weights, lanes, m + o, channels);
            else if (channels > TVector.Count)
                RunWide(v, tiles, inputLanes, depth, weights, m + o, outputLanes);
            else
                RunNarrow(v, tiles, inputLanes, depth, weights, lanes, m + o, outputLanes);
        }
    }

    // 8 tiles x 2 vectors. Two pointers and three offsets reach all tiles.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void RunWide(T* v, int tiles, nint step, nint depth, T* weights, T* m, nint outputStep)
    {
        int width = TVector.Count;
        nint two = 2 * step, three = 3 * step;
        for (; tiles > 0; tiles -= Tiles, v += Tiles * step)
        {
            TVector a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default, a6 = default, a7 = default;
            TVector b0 = default, b1 = default, b2 = default, b3 = default, b4 = default, b5 = default, b6 = default, b7 = default;
            T* x0 = v, x4 = v + 4 * step, w = weights;
            for (T* end = v + depth; x0 < end; x0++, x4++, w += 2 * width)
            {
                TVector p = TVector.Load(w), q = TVector.Load(w + width), x;
                x = TVector.Splat(x0[0]);
                a0 = TVector.Fma(x, p, a0);
                b0 = TVector.Fma(x, q, b0);
                x = TVector.Splat(x0[step]);
                a1 = TVector.Fma(x, p, a1);
                b1 = TVector.Fma(x, q, b1);
                x = TVector.Splat(x0[two]);
                a2 = TVector.Fma(x, p, a2);
                b2 = TVector.Fma(x, q, b2);
                x = TVector.Splat(x0[three]);
                a3 = TVector.Fma(x, p, a3);
                b3 = TVector.Fma(x, q, b3);
                x = TVector.Splat(x4[0]);
                a4 = TVector.Fma(x, p, a4);
                b4 = TVector.Fma(x, q, b4);
                x = TVector.Splat(x4[step]);
                a5 = TVector.Fma(x, p, a5);
                b5 = TVector.Fma(x, q, b5);
                x = TVector.Splat(x4[two]);
                a6 = TVector.Fma(x, p, a6);
                b6 = TVector.Fma(x, q, b6);
                x = TVector.Splat(x4[three]);
                a7 = TVector.Fma(x, p, a7);
                b7 = TVector.Fma(x, q, b7);
            }
            a0.Store(m);
            b0.Store(m + width);
            m += outputStep;
            a1.Store(m);
            b1.Store(m + width);
            m += outputStep;
            a2.Store(m);
            b2.Store(m + width);
            m += outputStep;
            a3.Store(m);
            b3.Store(m + width);
            m += outputStep;
            a4.Store(m);
            b4.Store(m + width);
            m += outputStep;
            a5.Store(m);
            b5.Store(m + width);
            m += outputStep;
            a6.Store(m);
            b6.Store(m + width);
            m += outputStep;
            a7.Store(m);
            b7.Store(m + width);
            m += outputStep;
        }
    }

    // 8 tiles x 1 vector, 16 rows of weights at a time; what is left of the depth in a loop.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void RunNarrow(T* v, int tiles, nint step, nint depth, T* weights, nint lanes, T* m, nint outputStep)
    {
        nint done = 0;
        for (; done <= depth - Depth; done += Depth)
            RunResident(v + done, tiles, step, weights + done * lanes, lanes, m, outputStep, done > 0);
        if (done < depth) RunRest(v + done, tiles, step, depth - done, weights + done * lanes, lanes, m, outputStep, done > 0);
    }

    // 16 rows of weights stay in registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void RunResident(
        T* v, int tiles, nint step, T* weights, nint lanes, T* m, nint outputStep, bool continues)
    {
        TVector w0 = TVector.Load(weights);
        TVector w1 = TVector.Load(weights + lanes);
        TVector w2 = TVector.Load(weights + 2 * lanes);
        TVector w3 = TVector.Load(weights + 3 * lanes);
        TVector w4 = TVector.Load(weights + 4 * lanes);
        TVector w5 = TVector.Load(weights + 5 * lanes);
        TVector w6 = TVector.Load(weights + 6 * lanes);
        TVector w7 = TVector.Load(weights + 7 * lanes);
        TVector w8 = TVector.Load(weights + 8 * lanes);
        TVector w9 = TVector.Load(weights + 9 * lanes);
        TVector w10 = TVector.Load(weights + 10 * lanes);
        TVector w11 = TVector.Load(weights + 11 * lanes);
        TVector w12 = TVector.Load(weights + 12 * lanes);
        TVector w13 = TVector.Load(weights + 13 * lanes);
        TVector w14 = TVector.Load(weights + 14 * lanes);
        TVector w15 = TVector.Load(weights + 15 * lanes);
        nint two = 2 * step, three = 3 * step;
        for (; tiles > 0; tiles -= Tiles, v += Tiles * step, m += Tiles * outputStep)
        {
            TVector a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default, a6 = default, a7 = default;
            if (continues)
            {
                a0 = TVector.Load(m);
                a1 = TVector.Load(m + outputStep);
                a2 = TVector.Load(m + 2 * outputStep);
                a3 = TVector.Load(m + 3 * outputStep);
                a4 = TVector.Load(m + 4 * outputStep);
                a5 = TVector.Load(m + 5 * outputStep);
                a6 = TVector.Load(m + 6 * outputStep);
                a7 = TVector.Load(m + 7 * outputStep);
            }
            T* x0 = v, x4 = v + 4 * step;
            a0 = TVector.Fma(TVector.Splat(x0[0]), w0, a0);
            a1 = TVector.Fma(TVector.Splat(x0[step]), w0, a1);
            a2 = TVector.Fma(TVector.Splat(x0[two]), w0, a2);
            a3 = TVector.Fma(TVector.Splat(x0[three]), w0, a3);
            a4 = TVector.Fma(TVector.Splat(x4[0]), w0, a4);
            a5 = TVector.Fma(TVector.Splat(x4[step]), w0, a5);
            a6 = TVector.Fma(TVector.Splat(x4[two]), w0, a6);
            a7 = TVector.Fma(TVector.Splat(x4[three]), w0, a7);
            a0 = TVector.Fma(TVector.Splat(x0[1]), w1, a0);
            a1 = TVector.Fma(TVector.Splat(x0[step + 1]), w1, a1);
            a2 = TVector.Fma(TVector.Splat(x0[two + 1]), w1, a2);
            a3 = TVector.Fma(TVector.Splat(x0[three + 1]), w1, a3);
            a4 = TVector.Fma(TVector.Splat(x4[1]), w1, a4);
            a5 = TVector.Fma(TVector.Splat(x4[step + 1]), w1, a5);
            a6 = TVector.Fma(TVector.Splat(x4[two + 1]), w1, a6);
            a7 = TVector.Fma(TVector.Splat(x4[three + 1]), w1, a7);
            a0 = TVector.Fma(TVector.Splat(x0[2]), w2, a0);
            a1 = TVector.Fma(TVector.Splat(x0[step + 2]), w2, a1);
            a2 = TVector.Fma(TVector.Splat(x0[two + 2]), w2, a2);
            a3 = TVector.Fma(TVector.Splat(x0[three + 2]), w2, a3);
            a4 = TVector.Fma(TVector.Splat(x4[2]), w2, a4);
            a5 = TVector.Fma(TVector.Splat(x4[step + 2]), w2, a5);
            a6 = TVector.Fma(TVector.Splat(x4[two + 2]), w2, a6);
            a7 = TVector.Fma(TVector.Splat(x4[three + 2]), w2, a7);
            a0 = TVector.Fma(TVector.Splat(x0[3]), w3, a0);
            a1 = TVector.Fma(TVector.Splat(x0[step + 3]), w3, a1);
            a2 = TVector.Fma(TVector.Splat(x0[two + 3]), w3, a2);
            a3 = TVector.Fma(TVector.Splat(x0[three + 3]), w3, a3);
            a4 = TVector.Fma(TVector.Splat(x4[3]), w3, a4);
            a5 = TVector.Fma(TVector.Splat(x4[step + 3]), w3, a5);
            a6 = TVector.Fma(TVector.Splat(x4[two + 3]), w3, a6);
            a7 = TVector.Fma(TVector.Splat(x4[three + 3]), w3, a7);
            a0 = TVector.Fma(TVector.Splat(x0[4]), w4, a0);
            a1 = TVector.Fma(TVector.Splat(x0[step + 4]), w4, a1);
            a2 = TVector.Fma(TVector.Splat(x0[two + 4]), w4, a2);
            a3 = TVector.Fma(TVector.Splat(x0[three + 4]), w4, a3);
            a4 = TVector.Fma(TVector.Splat(x4[4]), w4, a4);
            a5 = TVector.Fma(TVector.Splat(x4[step + 4]), w4, a5);
            a6 = TVector.Fma(TVector.Splat(x4[two + 4]), w4, a6);
            a7 = TVector.Fma(TVector.Splat(x4[three + 4]), w4, a7);
            a0 = TVector.Fma(TVector.Splat(x0[5]), w5, a0);
            a1 = TVector.Fma(TVector.Splat(x0[step + 5]), w5, a1);
            a2 = TVector.Fma(TVector.Splat(x0[two + 5]), w5, a2);
            a3 = TVector.Fma(TVector.Splat(x0[three + 5]), w5, a3);
            a4 = TVector.Fma(TVector.Splat(x4[5]), w5, a4);
            a5 = TVector.Fma(TVector.Splat(x4[step + 5]), w5, a5);
            a6 = TVector.Fma(TVector.Splat(x4[two + 5]), w5, a6);
            a7 = TVector.Fma(TVector.Splat(x4[three + 5]), w5, a7);
            a0 = TVector.Fma(TVector.Splat(x0[6]), w6, a0);
            a1 = TVector.Fma(TVector.Splat(x0[step + 6]), w6, a1);
            a2 = TVector.Fma(TVector.Splat(x0[two + 6]), w6, a2);
            a3 = TVector.Fma(TVector.Splat(x0[three + 6]), w6, a3);
            a4 = TVector.Fma(TVector.Splat(x4[6]), w6, a4);
            a5 = TVector.Fma(TVector.Splat(x4[step + 6]), w6, a5);
            a6 = TVector.Fma(TVector.Splat(x4[two + 6]), w6, a6);
            a7 = TVector.Fma(TVector.Splat(x4[three + 6]), w6, a7);
            a0 = TVector.Fma(TVector.Splat(x0[7]), w7, a0);
            a1 = TVector.Fma(TVector.Splat(x0[step + 7]), w7, a1);
            a2 = TVector.Fma(TVector.Splat(x0[two + 7]), w7, a2);
            a3 = TVector.Fma(TVector.Splat(x0[three + 7]), w7, a3);
            a4 = TVector.Fma(TVector.Splat(x4[7]), w7, a4);
            a5 = TVector.Fma(TVector.Splat(x4[step + 7]), w7, a5);
            a6 = TVector.Fma(TVector.Splat(x4[two + 7]), w7, a6);
            a7 = TVector.Fma(TVector.Splat(x4[three + 7]), w7, a7);
            a0 = TVector.Fma(TVector.Splat(x0[8]), w8, a0);
            a1 = TVector.Fma(TVector.Splat(x0[step + 8]), w8, a1);
            a2 = TVector.Fma(TVector.Splat(x0[two + 8]), w8, a2);
            a3 = TVector.Fma(TVector.Splat(x0[three + 8]), w8, a3);
            a4 = TVector.Fma(TVector.Splat(x4[8]), w8, a4);
            a5 = TVector.Fma(TVector.Splat(x4[step + 8]), w8, a5);
            a6 = TVector.Fma(TVector.Splat(x4[two + 8]), w8, a6);
            a7 = TVector.Fma(TVector.Splat(x4[three + 8]), w8, a7);
            a0 = TVector.Fma(TVector.Splat(x0[9]), w9, a0);
            a1 = TVector.Fma(TVector.Splat(x0[step + 9]), w9, a1);
            a2 = TVector.Fma(TVector.Splat(x0[two + 9]), w9, a2);
            a3 = TVector.Fma(TVector.Splat(x0[three + 9]), w9, a3);
            a4 = TVector.Fma(TVector.Splat(x4[9]), w9, a4);
            a5 = TVector.Fma(TVector.Splat(x4[step + 9]), w9, a5);
            a6 = TVector.Fma(TVector.Splat(x4[two + 9]), w9, a6);
            a7 = TVector.Fma(TVector.Splat(x4[three + 9]), w9, a7);
            a0 = TVector.Fma(TVector.Splat(x0[10]), w10, a0);
            a1 = TVector.Fma(TVector.Splat(x0[step + 10]), w10, a1);
            a2 = TVector.Fma(TVector.Splat(x0[two + 10]), w10, a2);
            a3 = TVector.Fma(TVector.Splat(x0[three + 10]), w10, a3);
            a4 = TVector.Fma(TVector.Splat(x4[10]), w10, a4);
            a5 = TVector.Fma(TVector.Splat(x4[step + 10]), w10, a5);
            a6 = TVector.Fma(TVector.Splat(x4[two + 10]), w10, a6);
            a7 = TVector.Fma(TVector.Splat(x4[three + 10]), w10, a7);
            a0 = TVector.Fma(TVector.Splat(x0[11]), w11, a0);
            a1 = TVector.Fma(TVector.Splat(x0[step + 11]), w11, a1);
            a2 = TVector.Fma(TVector.Splat(x0[two + 11]), w11, a2);
            a3 = TVector.Fma(TVector.Splat(x0[three + 11]), w11, a3);
            a4 = TVector.Fma(TVector.Splat(x4[11]), w11, a4);
            a5 = TVector.Fma(TVector.Splat(x4[step + 11]), w11, a5);
            a6 = TVector.Fma(TVector.Splat(x4[two + 11]), w11, a6);
            a7 = TVector.Fma(TVector.Splat(x4[three + 11]), w11, a7);
            a0 = TVector.Fma(TVector.Splat(x0[12]), w12, a0);
            a1 = TVector.Fma(TVector.Splat(x0[step + 12]), w12, a1);
            a2 = TVector.Fma(TVector.Splat(x0[two + 12]), w12, a2);
            a3 = TVector.Fma(TVector.Splat(x0[three + 12]), w12, a3);
            a4 = TVector.Fma(TVector.Splat(x4[12]), w12, a4);
            a5 = TVector.Fma(TVector.Splat(x4[step + 12]), w12, a5);
            a6 = TVector.Fma(TVector.Splat(x4[two + 12]), w12, a6);
            a7 = TVector.Fma(TVector.Splat(x4[three + 12]), w12, a7);
            a0 = TVector.Fma(TVector.Splat(x0[13]), w13, a0);
            a1 = TVector.Fma(TVector.Splat(x0[step + 13]), w13, a1);
            a2 = TVector.Fma(TVector.Splat(x0[two + 13]), w13, a2);
            a3 = TVector.Fma(TVector.Splat(x0[three + 13]), w13, a3);
            a4 = TVector.Fma(TVector.Splat(x4[13]), w13, a4);
            a5 = TVector.Fma(TVector.Splat(x4[step + 13]), w13, a5);
            a6 = TVector.Fma(TVector.Splat(x4[two + 13]), w13, a6);
            a7 = TVector.Fma(TVector.Splat(x4[three + 13]), w13, a7);
            a0 = TVector.Fma(TVector.Splat(x0[14]), w14, a0);
            a1 = TVector.Fma(TVector.Splat(x0[step + 14]), w14, a1);
            a2 = TVector.Fma(TVector.Splat(x0[two + 14]), w14, a2);
            a3 = TVector.Fma(TVector.Splat(x0[three + 14]), w14, a3);
            a4 = TVector.Fma(TVector.Splat(x4[14]), w14, a4);
            a5 = TVector.Fma(TVector.Splat(x4[step + 14]), w14, a5);
            a6 = TVector.Fma(TVector.Splat(x4[two + 14]), w14, a6);
            a7 = TVector.Fma(TVector.Splat(x4[three + 14]), w14, a7);
            a0 = TVector.Fma(TVector.Splat(x0[15]), w15, a0);
            a1 = TVector.Fma(TVector.Splat(x0[step + 15]), w15, a1);
            a2 = TVector.Fma(TVector.Splat(x0[two + 15]), w15, a2);
            a3 = TVector.Fma(TVector.Splat(x0[three + 15]), w15, a3);
            a4 = TVector.Fma(TVector.Splat(x4[15]), w15, a4);
            a5 = TVector.Fma(TVector.Splat(x4[step + 15]), w15, a5);
            a6 = TVector.Fma(TVector.Splat(x4[two + 15]), w15, a6);
            a7 = TVector.Fma(TVector.Splat(x4[three + 15]), w15, a7);
            a0.Store(m);
            a1.Store(m + outputStep);
            a2.Store(m + 2 * outputStep);
            a3.Store(m + 3 * outputStep);
            a4.Store(m + 4 * outputStep);
            a5.Store(m + 5 * outputStep);
            a6.Store(m + 6 * outputStep);
            a7.Store(m + 7 * outputStep);
        }
    }

    // Any depth.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void RunRest(
        T* v, int tiles, nint step, nint depth, T* weights, nint lanes, T* m, nint outputStep, bool continues)
    {
        nint two = 2 * step, three = 3 * step;
        for (; tiles > 0; tiles -= Tiles, v += Tiles * step, m += Tiles * outputStep)
        {
            TVector a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default, a6 = default, a7 = default;
            if (continues)
            {
                a0 = TVector.Load(m);
                a1 = TVector.Load(m + outputStep);
                a2 = TVector.Load(m + 2 * outputStep);
                a3 = TVector.Load(m + 3 * outputStep);
                a4 = TVector.Load(m + 4 * outputStep);
                a5 = TVector.Load(m + 5 * outputStep);
                a6 = TVector.Load(m + 6 * outputStep);
                a7 = TVector.Load(m + 7 * outputStep);
            }
            T* x0 = v, x4 = v + 4 * step, w = weights;
            for (T* end = v + depth; x0 < end; x0++, x4++, w += lanes)
            {
                TVector u = TVector.Load(w);
                a0 = TVector.Fma(TVector.Splat(x0[0]), u, a0);
                a1 = TVector.Fma(TVector.Splat(x0[step]), u, a1);
                a2 = TVector.Fma(TVector.Splat(x0[two]), u, a2);
                a3 = TVector.Fma(TVector.Splat(x0[three]), u, a3);
                a4 = TVector.Fma(TVector.Splat(x4[0]), u, a4);
                a5 = TVector.Fma(TVector.Splat(x4[step]), u, a5);
                a6 = TVector.Fma(TVector.Splat(x4[two]), u, a6);
                a7 = TVector.Fma(TVector.Splat(x4[three]), u, a7);
            }
            a0.Store(m);
            a1.Store(m + outputStep);
            a2.Store(m + 2 * outputStep);
            a3.Store(m + 3 * outputStep);
            a4.Store(m + 4 * outputStep);
            a5.Store(m + 5 * outputStep);
            a6.Store(m + 6 * outputStep);
            a7.Store(m + 7 * outputStep);
        }
    }
}
