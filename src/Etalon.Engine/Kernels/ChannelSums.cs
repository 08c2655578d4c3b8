using System.Numerics;
using System.Runtime.CompilerServices;
using Etalon.Engine.Kernels.Vectors;

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
        int c = VectorWidth.IsWide ? Moments<T, WideVector<T>>(x, 0, pixels, channels, mean, squares) : 0;
        c = Moments<T, NarrowVector<T>>(x, c, pixels, channels, mean, squares);
        T scale = T.One / T.CreateTruncating(pixels);
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

    /// <summary>The whole vectors of channels from <paramref name="c"/> on.</summary>
    /// <returns>The first channel behind them.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static int Moments<T, TVector>(T* x, int c, int pixels, int channels, T* mean, T* squares)
        where T : unmanaged, IFloatingPointIeee754<T> where TVector : unmanaged, IVector<TVector, T>
    {
        var scale = TVector.Splat(T.One / T.CreateTruncating(pixels));
        for (; c <= channels - TVector.Count; c += TVector.Count)
        {
            var m = Sum<T, TVector>(x + c, pixels, channels) * scale;
            m.Store(mean + c);
            SumOfSquares<T, TVector>(x + c, m, pixels, channels).Store(squares + c);
        }
        return c;
    }

    private static TVector Sum<T, TVector>(T* x, int pixels, int stride)
        where T : unmanaged, IFloatingPointIeee754<T> where TVector : unmanaged, IVector<TVector, T>
    {
        TVector s0 = default, s1 = default, s2 = default, s3 = default;
        int p = 0;
        for (; p <= pixels - 4; p += 4, x += 4 * stride)
        {
            s0 += TVector.Load(x);
            s1 += TVector.Load(x + stride);
            s2 += TVector.Load(x + 2 * stride);
            s3 += TVector.Load(x + 3 * stride);
        }
        for (; p < pixels; p++, x += stride) s0 += TVector.Load(x);
        return (s0 + s1) + (s2 + s3);
    }

    private static TVector SumOfSquares<T, TVector>(T* x, TVector mean, int pixels, int stride)
        where T : unmanaged, IFloatingPointIeee754<T> where TVector : unmanaged, IVector<TVector, T>
    {
        TVector s0 = default, s1 = default, s2 = default, s3 = default;
        int p = 0;
        for (; p <= pixels - 4; p += 4, x += 4 * stride)
        {
            TVector d0 = TVector.Load(x) - mean, d1 = TVector.Load(x + stride) - mean;
            TVector d2 = TVector.Load(x + 2 * stride) - mean, d3 = TVector.Load(x + 3 * stride) - mean;
            s0 = TVector.Fma(d0, d0, s0);
            s1 = TVector.Fma(d1, d1, s1);
            s2 = TVector.Fma(d2, d2, s2);
            s3 = TVector.Fma(d3, d3, s3);
        }
        for (; p < pixels; p++, x += stride)
        {
            var d = TVector.Load(x) - mean;
            s0 = TVector.Fma(d, d, s0);
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
        int c = VectorWidth.IsWide ? Finish<T, WideVector<T>>(g, x, 0, scale, shift, center, rectified, pixels, channels, sum, product) : 0;
        c = Finish<T, NarrowVector<T>>(g, x, c, scale, shift, center, rectified, pixels, channels, sum, product);
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

    /// <summary>The whole vectors of channels from <paramref name="c"/> on.</summary>
    /// <returns>The first channel behind them.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static int Finish<T, TVector>(
        T* g, T* x, int c, T* scale, T* shift, T* center, bool rectified, int pixels, int channels, T* sum, T* product)
        where T : unmanaged, IFloatingPointIeee754<T> where TVector : unmanaged, IVector<TVector, T>
    {
        for (; c <= channels - TVector.Count; c += TVector.Count)
        {
            TVector a = TVector.Load(scale + c), b = TVector.Load(shift + c), m = TVector.Load(center + c);
            TVector s0 = default, s1 = default, q0 = default, q1 = default;
            T* atG = g + c, atX = x + c;
            for (int p = 0; p < pixels; p++, atG += channels, atX += channels)
            {
                TVector value = TVector.Load(atX), gradient = TVector.Load(atG);
                if (rectified)
                {
                    gradient = TVector.WherePositive(gradient, TVector.Fma(a, value, b));
                    gradient.Store(atG);
                }
                // Two chains by parity hide the latency of the sums.
                if ((p & 1) == 0)
                {
                    s0 += gradient;
                    q0 = TVector.Fma(gradient, value - m, q0);
                }
                else
                {
                    s1 += gradient;
                    q1 = TVector.Fma(gradient, value - m, q1);
                }
            }
            (s0 + s1).Store(sum + c);
            (q0 + q1).Store(product + c);
        }
        return c;
    }

    /// <summary>g = 0 where x is not positive: the backward pass of ReLU alone, over <paramref name="count"/> numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Mask<T>(T* g, T* x, int count) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int i = VectorWidth.IsWide ? Mask<T, WideVector<T>>(g, x, 0, count) : 0;
        for (i = Mask<T, NarrowVector<T>>(g, x, i, count); i < count; i++)
            if (!(x[i] > T.Zero)) g[i] = T.Zero;
    }

    private static int Mask<T, TVector>(T* g, T* x, int i, int count)
        where T : unmanaged, IFloatingPointIeee754<T> where TVector : unmanaged, IVector<TVector, T>
    {
        for (; i <= count - TVector.Count; i += TVector.Count)
            TVector.WherePositive(TVector.Load(g + i), TVector.Load(x + i)).Store(g + i);
        return i;
    }
}
