using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Etalon.Engine.Kernels;

/// <summary>
/// Sums over the pixels of one image, per channel. Four pixels are summed side by side and joined at the end, in the same order always;
/// an image is the unit, so that the order of a sum never depends on the threads.
/// </summary>
internal static unsafe class ChannelSums
{
    /// <summary>
    /// Mean and sum of squared deviations of x [pixels][channels]. Two passes over an image that is still in cache: the one-pass form
    /// E[x^2] - mean^2 loses all digits where the mean is large.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Moments<T>(T* x, int pixels, int channels, T* mean, T* squares) where T : unmanaged, IFloatingPointIeee754<T>
    {
        T scale = T.One / T.CreateTruncating(pixels);
        int c = 0;
        for (; c <= channels - Vector256<T>.Count; c += Vector256<T>.Count)
        {
            var m = Sum(x + c, pixels, channels) * scale;
            Vector256.Store(m, mean + c);
            Vector256.Store(SumOfSquares(x + c, m, pixels, channels), squares + c);
        }
        for (; c < channels; c++)
        {
            T sum = T.Zero, square = T.Zero;
            for (int p = 0; p < pixels; p++) sum += x[p * channels + c];
            T m = sum * scale;
            for (int p = 0; p < pixels; p++)
            {
                T d = x[p * channels + c] - m;
                square = T.FusedMultiplyAdd(d, d, square);
            }
            (mean[c], squares[c]) = (m, square);
        }
    }

    private static Vector256<T> Sum<T>(T* x, int pixels, int stride) where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector256<T> s0 = default, s1 = default, s2 = default, s3 = default;
        int p = 0;
        for (; p <= pixels - 4; p += 4, x += 4 * stride)
        {
            s0 += Vector256.Load(x);
            s1 += Vector256.Load(x + stride);
            s2 += Vector256.Load(x + 2 * stride);
            s3 += Vector256.Load(x + 3 * stride);
        }
        for (; p < pixels; p++, x += stride) s0 += Vector256.Load(x);
        return (s0 + s1) + (s2 + s3);
    }

    private static Vector256<T> SumOfSquares<T>(T* x, Vector256<T> mean, int pixels, int stride) where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector256<T> s0 = default, s1 = default, s2 = default, s3 = default;
        int p = 0;
        for (; p <= pixels - 4; p += 4, x += 4 * stride)
        {
            Vector256<T> d0 = Vector256.Load(x) - mean, d1 = Vector256.Load(x + stride) - mean;
            Vector256<T> d2 = Vector256.Load(x + 2 * stride) - mean, d3 = Vector256.Load(x + 3 * stride) - mean;
            s0 = Simd.Fma(d0, d0, s0);
            s1 = Simd.Fma(d1, d1, s1);
            s2 = Simd.Fma(d2, d2, s2);
            s3 = Simd.Fma(d3, d3, s3);
        }
        for (; p < pixels; p++, x += stride)
        {
            var d = Vector256.Load(x) - mean;
            s0 = Simd.Fma(d, d, s0);
        }
        return (s0 + s1) + (s2 + s3);
    }

    /// <summary>
    /// The gradient g [pixels][channels] of max(scale x + shift, 0) made that of scale x + shift, in place (g = 0 where the value was not
    /// positive; all kept unless <paramref name="rectified"/>), with its sums per channel: of g, and of g (x - center).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Finish<T>(
        T* g, T* x, T* scale, T* shift, T* center, bool rectified, int pixels, int channels, T* sum, T* product)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int c = 0;
        for (; c <= channels - Vector256<T>.Count; c += Vector256<T>.Count)
        {
            Vector256<T> a = Vector256.Load(scale + c), b = Vector256.Load(shift + c), m = Vector256.Load(center + c);
            Vector256<T> s0 = default, s1 = default, q0 = default, q1 = default;
            T* atG = g + c, atX = x + c;
            for (int p = 0; p < pixels; p++, atG += channels, atX += channels)
            {
                Vector256<T> value = Vector256.Load(atX), gradient = Vector256.Load(atG);
                if (rectified)
                {
                    gradient &= Vector256.GreaterThan(Simd.Fma(a, value, b), Vector256<T>.Zero);
                    Vector256.Store(gradient, atG);
                }
                // Two chains by parity hide the latency of the sums.
                if ((p & 1) == 0)
                {
                    s0 += gradient;
                    q0 = Simd.Fma(gradient, value - m, q0);
                }
                else
                {
                    s1 += gradient;
                    q1 = Simd.Fma(gradient, value - m, q1);
                }
            }
            Vector256.Store(s0 + s1, sum + c);
            Vector256.Store(q0 + q1, product + c);
        }
        for (; c < channels; c++)
        {
            T s = T.Zero, q = T.Zero;
            for (int p = 0; p < pixels; p++)
            {
                int at = p * channels + c;
                if (rectified && !(T.FusedMultiplyAdd(scale[c], x[at], shift[c]) > T.Zero)) g[at] = T.Zero;
                s += g[at];
                q = T.FusedMultiplyAdd(g[at], x[at] - center[c], q);
            }
            (sum[c], product[c]) = (s, q);
        }
    }

    /// <summary>g = 0 where x is not positive: the backward pass of ReLU alone, over <paramref name="count"/> numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Mask<T>(T* g, T* x, int count) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int i = 0;
        for (; i <= count - Vector256<T>.Count; i += Vector256<T>.Count)
            Vector256.Store(Vector256.Load(g + i) & Vector256.GreaterThan(Vector256.Load(x + i), Vector256<T>.Zero), g + i);
        for (; i < count; i++)
            if (!(x[i] > T.Zero)) g[i] = T.Zero;
    }
}
