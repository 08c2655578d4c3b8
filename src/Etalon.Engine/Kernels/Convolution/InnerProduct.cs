using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Etalon.Engine.Kernels.Convolution;

/// <summary>
/// The product behind every forward pass and data gradient: output(pixel, o) = sum over runs r and i &lt; depth of
/// input(pixel + r + i) weight(r, i, o), for one block of 2 vectors of output channels.
/// </summary>
/// <remarks>
/// 6 pixels x 2 vectors are 12 accumulators; with 2 vectors of weights and 1 broadcast number they fill 15 of AVX2's 16 registers,
/// and 8 loads feed 12 multiply-adds, so that the multiply-adds are the limit. Every number of the output is summed in the order of
/// (r, i) alone: its bits do not depend on the pixels beside it. The methods are compiled optimized at once, here and wherever a pass
/// goes through them: profile-guided, the just-in-time compiler moved sums out of registers (80 % of the peak, not 98 %), and not yet
/// optimized, the 36 calls for a block of tiles took longer than their work.
/// </remarks>
internal static unsafe class InnerProduct<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Pixels in a register block.</summary>
    public const int PixelsPerBlock = 6;

    /// <summary>Output channels in a register block.</summary>
    public static int ChannelsPerBlock => 2 * Vector256<T>.Count;

    /// <summary>Blocks that <paramref name="channels"/> output channels need.</summary>
    public static int Blocks(int channels) => (channels + ChannelsPerBlock - 1) / ChannelsPerBlock;

    /// <summary>Computes <paramref name="channels"/> output channels (at most a block; fewer leave what lies behind them alone).</summary>
    /// <param name="input">What the offsets of pixels and runs start from.</param>
    /// <param name="pixels">[count]: where each pixel reads in the input and writes in the output.</param>
    /// <param name="count">Number of pixels, at least 1.</param>
    /// <param name="runs">[runCount]: offsets, from a pixel's, of runs of contiguous numbers.</param>
    /// <param name="runCount">Number of runs; none gives zeros.</param>
    /// <param name="depth">Numbers in a run.</param>
    /// <param name="weights">[runCount][depth][2 vectors].</param>
    /// <param name="output">What the pixels' writes start from.</param>
    /// <param name="channels">Channels to write.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        T* input, PixelPair* pixels, int count, int* runs, int runCount, int depth, T* weights, T* output, int channels)
    {
        int lanes = ChannelsPerBlock;
        bool narrow = channels <= lanes / 2;
        int whole = channels == (narrow ? lanes / 2 : lanes) ? count / PixelsPerBlock * PixelsPerBlock : 0;
        RunBlocks(narrow, input, pixels, pixels + whole, runs, runs + runCount, depth, weights, output);
        if (whole == count)
            return;

        // Behind the last pixel a block repeats it; what exists is copied from a block of its own.
        T* block = stackalloc T[PixelsPerBlock * lanes];
        PixelPair* six = stackalloc PixelPair[PixelsPerBlock];
        for (int first = whole; first < count; first += PixelsPerBlock)
        {
            for (int k = 0; k < PixelsPerBlock; k++)
                six[k] = new PixelPair(pixels[Math.Min(first + k, count - 1)].Read, k * lanes);
            RunBlocks(narrow, input, six, six + PixelsPerBlock, runs, runs + runCount, depth, weights, block);
            for (int k = 0; k < Math.Min(PixelsPerBlock, count - first); k++)
                new Span<T>(block + k * lanes, channels).CopyTo(new Span<T>(output + pixels[first + k].Write, channels));
        }
    }

    private static void RunBlocks(
        bool narrow, T* input, PixelPair* pixels, PixelPair* pixelsEnd, int* runs, int* runsEnd, nint depth, T* weights, T* output)
    {
        if (narrow)
            RunNarrow(input, pixels, pixelsEnd, runs, runsEnd, depth, weights, output);
        else
            RunWide(input, pixels, pixelsEnd, runs, runsEnd, depth, weights, output);
    }

    // Free of calls and branches besides its three loops, since the just-in-time compiler keeps the accumulators in registers only then.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunWide(
        T* input, PixelPair* pixels, PixelPair* pixelsEnd, int* runs, int* runsEnd, nint depth, T* weights, T* output)
    {
        int width = Vector256<T>.Count;
        for (; pixels < pixelsEnd; pixels += PixelsPerBlock)
        {
            T* x0 = input + pixels[0].Read;
            T* x1 = input + pixels[1].Read;
            T* x2 = input + pixels[2].Read;
            T* x3 = input + pixels[3].Read;
            T* x4 = input + pixels[4].Read;
            T* x5 = input + pixels[5].Read;
            Vector256<T> a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default;
            Vector256<T> b0 = default, b1 = default, b2 = default, b3 = default, b4 = default, b5 = default;
            T* w = weights;
            for (int* run = runs; run < runsEnd; run++)
            {
                nint i = *run;
                nint end = i + depth;
                do
                {
                    Vector256<T> u = Vector256.Load(w), v = Vector256.Load(w + width), x;
                    w += 2 * width;
                    x = Vector256.Create(x0[i]);
                    a0 = Simd.Fma(x, u, a0);
                    b0 = Simd.Fma(x, v, b0);
                    x = Vector256.Create(x1[i]);
                    a1 = Simd.Fma(x, u, a1);
                    b1 = Simd.Fma(x, v, b1);
                    x = Vector256.Create(x2[i]);
                    a2 = Simd.Fma(x, u, a2);
                    b2 = Simd.Fma(x, v, b2);
                    x = Vector256.Create(x3[i]);
                    a3 = Simd.Fma(x, u, a3);
                    b3 = Simd.Fma(x, v, b3);
                    x = Vector256.Create(x4[i]);
                    a4 = Simd.Fma(x, u, a4);
                    b4 = Simd.Fma(x, v, b4);
                    x = Vector256.Create(x5[i]);
                    a5 = Simd.Fma(x, u, a5);
                    b5 = Simd.Fma(x, v, b5);
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

    // 6 pixels x 1 vector, for the last channels when they are half a block or less: at most 3/4 of the peak (6 chains, latency 4), not 1/2.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunNarrow(
        T* input, PixelPair* pixels, PixelPair* pixelsEnd, int* runs, int* runsEnd, nint depth, T* weights, T* output)
    {
        int width = Vector256<T>.Count;
        for (; pixels < pixelsEnd; pixels += PixelsPerBlock)
        {
            T* x0 = input + pixels[0].Read;
            T* x1 = input + pixels[1].Read;
            T* x2 = input + pixels[2].Read;
            T* x3 = input + pixels[3].Read;
            T* x4 = input + pixels[4].Read;
            T* x5 = input + pixels[5].Read;
            Vector256<T> a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default;
            T* w = weights;
            for (int* run = runs; run < runsEnd; run++)
            {
                nint i = *run;
                nint end = i + depth;
                do
                {
                    Vector256<T> u = Vector256.Load(w);
                    w += 2 * width;
                    a0 = Simd.Fma(Vector256.Create(x0[i]), u, a0);
                    a1 = Simd.Fma(Vector256.Create(x1[i]), u, a1);
                    a2 = Simd.Fma(Vector256.Create(x2[i]), u, a2);
                    a3 = Simd.Fma(Vector256.Create(x3[i]), u, a3);
                    a4 = Simd.Fma(Vector256.Create(x4[i]), u, a4);
                    a5 = Simd.Fma(Vector256.Create(x5[i]), u, a5);
                }
                while (++i < end);
            }
            a0.Store(output + pixels[0].Write);
            a1.Store(output + pixels[1].Write);
            a2.Store(output + pixels[2].Write);
            a3.Store(output + pixels[3].Write);
            a4.Store(output + pixels[4].Write);
            a5.Store(output + pixels[5].Write);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(T* output, Vector256<T> a, Vector256<T> b)
    {
        a.Store(output);
        b.Store(output + Vector256<T>.Count);
    }
}
