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
/// (r, i) alone: its bits do not depend on the pixels beside it.
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
    public static void Run(
        T* input, PixelPair* pixels, int count, int* runs, int runCount, int depth, T* weights, T* output, int channels)
    {
        int width = Vector256<T>.Count;
        PixelPair* last = pixels + (count - 1);
        for (PixelPair* p = pixels; p <= last; p += PixelsPerBlock)
        {
            // Behind the last pixel the block repeats it, and writes the same numbers to the same place again.
            T* x0 = input + p->Read;
            T* x1 = input + AtMost(p + 1, last)->Read;
            T* x2 = input + AtMost(p + 2, last)->Read;
            T* x3 = input + AtMost(p + 3, last)->Read;
            T* x4 = input + AtMost(p + 4, last)->Read;
            T* x5 = input + AtMost(p + 5, last)->Read;
            Vector256<T> a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default;
            Vector256<T> b0 = default, b1 = default, b2 = default, b3 = default, b4 = default, b5 = default;
            T* w = weights;
            for (int r = 0; r < runCount; r++)
            {
                nint end = runs[r] + depth;
                for (nint i = runs[r]; i < end; i++)
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
            }
            if (channels >= 2 * width)
            {
                Store(output + p->Write, a0, b0);
                Store(output + AtMost(p + 1, last)->Write, a1, b1);
                Store(output + AtMost(p + 2, last)->Write, a2, b2);
                Store(output + AtMost(p + 3, last)->Write, a3, b3);
                Store(output + AtMost(p + 4, last)->Write, a4, b4);
                Store(output + AtMost(p + 5, last)->Write, a5, b5);
            }
            else
            {
                StorePart(output + p->Write, a0, b0, channels);
                StorePart(output + AtMost(p + 1, last)->Write, a1, b1, channels);
                StorePart(output + AtMost(p + 2, last)->Write, a2, b2, channels);
                StorePart(output + AtMost(p + 3, last)->Write, a3, b3, channels);
                StorePart(output + AtMost(p + 4, last)->Write, a4, b4, channels);
                StorePart(output + AtMost(p + 5, last)->Write, a5, b5, channels);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static PixelPair* AtMost(PixelPair* p, PixelPair* last) => p < last ? p : last;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(T* output, Vector256<T> a, Vector256<T> b)
    {
        a.Store(output);
        b.Store(output + Vector256<T>.Count);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StorePart(T* output, Vector256<T> a, Vector256<T> b, int channels)
    {
        for (int c = 0; c < channels; c++)
            output[c] = c < Vector256<T>.Count ? a[c] : b[c - Vector256<T>.Count];
    }
}
