using System.Numerics;
using System.Runtime.CompilerServices;
using Etalon.Engine.Kernels.Vectors;

namespace Etalon.Engine.Kernels.Convolution;

/// <summary>
/// The product behind every forward pass and data gradient: output(pixel, o) = sum over runs r and i &lt; depth of
/// input(pixel + r + i) weight(r, i, o), for one block of up to 2 vectors of output channels.
/// </summary>
/// <remarks>
/// 6 pixels x 2 vectors are 12 accumulators; with 2 vectors of weights and 1 broadcast number they fill 15 of AVX2's 16 registers,
/// and 8 loads feed 12 multiply-adds, so that the multiply-adds are the limit. In 512 bits there are 32 registers, but 8 x 2 and 12 x 2
/// were no faster (Zen 5: each at 99 % of the peak). Every number of the output is summed in the order of
/// (r, i) alone: its bits do not depend on the pixels beside it. The methods are compiled optimized at once, here and wherever a pass
/// goes through them: profile-guided, the just-in-time compiler moved sums out of registers (80 % of the peak, not 98 %), and not yet
/// optimized, the 36 calls for a block of tiles took longer than their work.
/// </remarks>
internal static unsafe class InnerProduct<T, TVector>
    where T : unmanaged, IFloatingPointIeee754<T> where TVector : unmanaged, IVector<TVector, T>
{
    private const int WidePixels = 6, NarrowPixels = 8;

    /// <summary>Whether there are 32 registers: processors with vectors of 512 bits have them.</summary>
    public static bool HasManyRegisters => sizeof(TVector) == 64;

    /// <summary>Pixels in a register block where there are <paramref name="channels"/> in all: a call with a multiple of it wastes
    /// nothing.</summary>
    public static int PixelsPerBlock(int channels) => channels <= TVector.Count ? NarrowPixels : WidePixels;

    /// <summary>
    /// Output channels in a block of packed weights: 2 vectors, or 1 where <paramref name="channels"/> in all need no more.
    /// </summary>
    public static int LanesOf(int channels) => channels <= TVector.Count ? TVector.Count : 2 * TVector.Count;

    /// <summary>Blocks that <paramref name="channels"/> output channels need.</summary>
    public static int Blocks(int channels) => (channels + LanesOf(channels) - 1) / LanesOf(channels);

    /// <summary>Computes <paramref name="channels"/> output channels (at most a block; fewer leave what lies behind them alone).</summary>
    /// <param name="input">What the offsets of pixels and runs start from.</param>
    /// <param name="pixels">[count]: where each pixel reads in the input and writes in the output.</param>
    /// <param name="count">Number of pixels, at least 1.</param>
    /// <param name="runs">[runCount]: offsets, from a pixel's, of runs of contiguous numbers.</param>
    /// <param name="runCount">Number of runs; none gives zeros.</param>
    /// <param name="depth">Numbers in a run.</param>
    /// <param name="weights">[runCount][depth][lanes].</param>
    /// <param name="lanes">Numbers from one row of weights to the next, 1 or 2 vectors.</param>
    /// <param name="output">What the pixels' writes start from.</param>
    /// <param name="channels">Channels to write.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Run(
        T* input, PixelOffsets* pixels, int count, int* runs, int runCount, int depth, T* weights, int lanes, T* output, int channels) =>
        Run<FromZero>(input, pixels, count, runs, runCount, depth, weights, lanes, output, channels);

    /// <summary>The same, added to what the output holds: a sum cut into several calls has the bits of one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Continue(
        T* input, PixelOffsets* pixels, int count, int* runs, int runCount, int depth, T* weights, int lanes, T* output, int channels) =>
        Run<FromOutput>(input, pixels, count, runs, runCount, depth, weights, lanes, output, channels);

    private static void Run<TStart>(
        T* input, PixelOffsets* pixels, int count, int* runs, int runCount, int depth, T* weights, int lanes, T* output, int channels)
        where TStart : IStart
    {
        int taken = channels <= TVector.Count ? TVector.Count : 2 * TVector.Count, pixelsPerBlock = PixelsPerBlock(channels);
        int whole = channels == taken ? count / pixelsPerBlock * pixelsPerBlock : 0;
        RunBlocks<TStart>(taken, input, pixels, whole, runs, runs + runCount, depth, weights, lanes, output);
        if (whole == count)
            return;

        // Behind the last pixel a block repeats it; what exists is copied from a block of its own.
        T* block = stackalloc T[WidePixels * 2 * TVector.Count];
        PixelOffsets* few = stackalloc PixelOffsets[NarrowPixels];
        for (int first = whole; first < count; first += pixelsPerBlock)
        {
            for (int k = 0; k < pixelsPerBlock; k++)
            {
                PixelOffsets pixel = pixels[Math.Min(first + k, count - 1)];
                few[k] = new PixelOffsets(pixel.Read, k * taken);
                new Span<T>(output + pixel.Write, channels).CopyTo(new Span<T>(block + k * taken, taken));
            }
            RunBlocks<TStart>(taken, input, few, pixelsPerBlock, runs, runs + runCount, depth, weights, lanes, block);
            for (int k = 0; k < Math.Min(pixelsPerBlock, count - first); k++)
                new Span<T>(block + k * taken, channels).CopyTo(new Span<T>(output + pixels[first + k].Write, channels));
        }
    }

    // Whole register blocks of pixels, of 1 or 2 vectors of channels.
    private static void RunBlocks<TStart>(
        int taken, T* input, PixelOffsets* pixels, int count, int* runs, int* runsEnd, nint depth, T* weights, nint lanes, T* output)
        where TStart : IStart
    {
        PixelOffsets* end = pixels + count;
        if (taken > TVector.Count)
        {
            RunWide<TStart>(input, pixels, end, runs, runsEnd, depth, weights, output);
            return;
        }
        RunNarrow<TStart>(input, pixels, end, runs, runsEnd, depth, weights, lanes, output);
    }

    // Free of calls and branches besides its three loops, since the just-in-time compiler keeps the accumulators in registers only then.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void RunWide<TStart>(
        T* input, PixelOffsets* pixels, PixelOffsets* pixelsEnd, int* runs, int* runsEnd, nint depth, T* weights, T* output)
        where TStart : IStart
    {
        int width = TVector.Count;
        for (; pixels < pixelsEnd; pixels += WidePixels)
        {
            T* x0 = input + pixels[0].Read;
            T* x1 = input + pixels[1].Read;
            T* x2 = input + pixels[2].Read;
            T* x3 = input + pixels[3].Read;
            T* x4 = input + pixels[4].Read;
            T* x5 = input + pixels[5].Read;
            TVector a0 = TStart.Of(output + pixels[0].Write), a1 = TStart.Of(output + pixels[1].Write);
            TVector a2 = TStart.Of(output + pixels[2].Write), a3 = TStart.Of(output + pixels[3].Write);
            TVector a4 = TStart.Of(output + pixels[4].Write), a5 = TStart.Of(output + pixels[5].Write);
            TVector b0 = TStart.Of(output + pixels[0].Write + width), b1 = TStart.Of(output + pixels[1].Write + width);
            TVector b2 = TStart.Of(output + pixels[2].Write + width), b3 = TStart.Of(output + pixels[3].Write + width);
            TVector b4 = TStart.Of(output + pixels[4].Write + width), b5 = TStart.Of(output + pixels[5].Write + width);
            T* w = weights;
            for (int* run = runs; run < runsEnd; run++)
            {
                nint i = *run;
                nint end = i + depth;
                do
                {
                    TVector u = TVector.Load(w), v = TVector.Load(w + width), x;
                    w += 2 * width;
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
                while (++i < end);
            }
            Store(output + pixels[0].Write, a0, b0);
            Store(output + pixels[1].Write, a1, b1);
            Store(output + pixels[2].Write, a2, b2);
            Store(output + pixels[3].Write, a3, b3);
            Store(output + pixels[4].Write, a4, b4);
            Store(output + pixels[5].Write, a5, b5);
        }
    }

    // 8 pixels x 1 vector: 8 chains just cover the latency of a multiply-add (4 cycles x 2 a cycle), and 9 loads feed 8 of them.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void RunNarrow<TStart>(
        T* input, PixelOffsets* pixels, PixelOffsets* pixelsEnd, int* runs, int* runsEnd, nint depth, T* weights, nint lanes, T* output)
        where TStart : IStart
    {
        for (; pixels < pixelsEnd; pixels += 8)
        {
            T* x0 = input + pixels[0].Read;
            T* x1 = input + pixels[1].Read;
            T* x2 = input + pixels[2].Read;
            T* x3 = input + pixels[3].Read;
            T* x4 = input + pixels[4].Read;
            T* x5 = input + pixels[5].Read;
            T* x6 = input + pixels[6].Read;
            T* x7 = input + pixels[7].Read;
            TVector a0 = TStart.Of(output + pixels[0].Write), a1 = TStart.Of(output + pixels[1].Write);
            TVector a2 = TStart.Of(output + pixels[2].Write), a3 = TStart.Of(output + pixels[3].Write);
            TVector a4 = TStart.Of(output + pixels[4].Write), a5 = TStart.Of(output + pixels[5].Write);
            TVector a6 = TStart.Of(output + pixels[6].Write), a7 = TStart.Of(output + pixels[7].Write);
            T* w = weights;
            for (int* run = runs; run < runsEnd; run++)
            {
                nint i = *run;
                nint end = i + depth;
                do
                {
                    TVector u = TVector.Load(w);
                    w += lanes;
                    a0 = TVector.Fma(TVector.Splat(x0[i]), u, a0);
                    a1 = TVector.Fma(TVector.Splat(x1[i]), u, a1);
                    a2 = TVector.Fma(TVector.Splat(x2[i]), u, a2);
                    a3 = TVector.Fma(TVector.Splat(x3[i]), u, a3);
                    a4 = TVector.Fma(TVector.Splat(x4[i]), u, a4);
                    a5 = TVector.Fma(TVector.Splat(x5[i]), u, a5);
                    a6 = TVector.Fma(TVector.Splat(x6[i]), u, a6);
                    a7 = TVector.Fma(TVector.Splat(x7[i]), u, a7);
                }
                while (++i < end);
            }
            a0.Store(output + pixels[0].Write);
            a1.Store(output + pixels[1].Write);
            a2.Store(output + pixels[2].Write);
            a3.Store(output + pixels[3].Write);
            a4.Store(output + pixels[4].Write);
            a5.Store(output + pixels[5].Write);
            a6.Store(output + pixels[6].Write);
            a7.Store(output + pixels[7].Write);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(T* output, TVector a, TVector b)
    {
        a.Store(output);
        b.Store(output + TVector.Count);
    }

    /// <summary>What a sum begins with; a type, so that the choice is made when the product is compiled.</summary>
    private interface IStart
    {
        static abstract TVector Of(T* output);
    }

    private readonly struct FromZero : IStart
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Of(T* output) => default;
    }

    private readonly struct FromOutput : IStart
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Of(T* output) => TVector.Load(output);
    }
}
