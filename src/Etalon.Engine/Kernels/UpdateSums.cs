using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Etalon.Engine.Kernels;

/// <summary>
/// Inner products of pieces of flat parameters, in double: eight numbers at a time into two vectors of sums each, joined in one order, so
/// that a piece has the same sums always. A product of two float32 numbers is exact there.
/// </summary>
internal static unsafe class UpdateSums
{
    /// <summary>Sums of <see cref="Before"/>, <see cref="After"/> and <see cref="Pair"/>.</summary>
    public const int OfBefore = 6, OfAfter = 3, OfPair = 2;

    private const int Block = 8;

    /// <summary>
    /// w, g, v [length]: |w|^2, |g|^2, |v|^2, g.w, v.w, v.g into <paramref name="sums"/>, and w into <paramref name="copy"/> [length].
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Before<T>(T* w, T* g, T* v, T* copy, int length, double* sums) where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector256<double> ww = default, gg = default, vv = default, gw = default, vw = default, vg = default;
        int i = 0;
        for (; i <= length - Block; i += Block)
        {
            var (w0, w1) = Load(w + i);
            var (g0, g1) = Load(g + i);
            var (v0, v1) = Load(v + i);
            ww = Simd.Fma(w1, w1, Simd.Fma(w0, w0, ww));
            gg = Simd.Fma(g1, g1, Simd.Fma(g0, g0, gg));
            vv = Simd.Fma(v1, v1, Simd.Fma(v0, v0, vv));
            gw = Simd.Fma(g1, w1, Simd.Fma(g0, w0, gw));
            vw = Simd.Fma(v1, w1, Simd.Fma(v0, w0, vw));
            vg = Simd.Fma(v1, g1, Simd.Fma(v0, g0, vg));
        }
        (sums[0], sums[1], sums[2], sums[3], sums[4], sums[5]) = (Join(ww), Join(gg), Join(vv), Join(gw), Join(vw), Join(vg));
        for (; i < length; i++)
        {
            double a = Number(w[i]), b = Number(g[i]), c = Number(v[i]);
            sums[0] += a * a;
            sums[1] += b * b;
            sums[2] += c * c;
            sums[3] += a * b;
            sums[4] += a * c;
            sums[5] += b * c;
        }
        Unsafe.CopyBlockUnaligned(copy, w, (uint)(length * sizeof(T)));
    }

    /// <summary>w before and after an update [length]: |w'|^2, |w' - w|^2, (w' - w).w into <paramref name="sums"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void After<T>(T* before, T* after, int length, double* sums) where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector256<double> square = default, change = default, along = default;
        int i = 0;
        for (; i <= length - Block; i += Block)
        {
            var (w0, w1) = Load(before + i);
            var (n0, n1) = Load(after + i);
            Vector256<double> d0 = n0 - w0, d1 = n1 - w1;
            square = Simd.Fma(n1, n1, Simd.Fma(n0, n0, square));
            change = Simd.Fma(d1, d1, Simd.Fma(d0, d0, change));
            along = Simd.Fma(d1, w1, Simd.Fma(d0, w0, along));
        }
        (sums[0], sums[1], sums[2]) = (Join(square), Join(change), Join(along));
        for (; i < length; i++)
        {
            double w = Number(before[i]), next = Number(after[i]), d = next - w;
            sums[0] += next * next;
            sums[1] += d * d;
            sums[2] += d * w;
        }
    }

    /// <summary>Two gradients g, h [length]: |g - h|^2, g.h into <paramref name="sums"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Pair<T>(T* g, T* h, int length, double* sums) where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector256<double> difference = default, product = default;
        int i = 0;
        for (; i <= length - Block; i += Block)
        {
            var (g0, g1) = Load(g + i);
            var (h0, h1) = Load(h + i);
            Vector256<double> d0 = g0 - h0, d1 = g1 - h1;
            difference = Simd.Fma(d1, d1, Simd.Fma(d0, d0, difference));
            product = Simd.Fma(g1, h1, Simd.Fma(g0, h0, product));
        }
        (sums[0], sums[1]) = (Join(difference), Join(product));
        for (; i < length; i++)
        {
            double a = Number(g[i]), b = Number(h[i]);
            sums[0] += (a - b) * (a - b);
            sums[1] += a * b;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<double> Low, Vector256<double> High) Load<T>(T* x) where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return Vector256.Widen(Vector256.Load((float*)x));
        return (Vector256.Load((double*)x), Vector256.Load((double*)x + Vector256<double>.Count));
    }

    private static double Join(Vector256<double> sum) => (sum[0] + sum[1]) + (sum[2] + sum[3]);

    private static double Number<T>(T x) where T : unmanaged, IFloatingPointIeee754<T> => double.CreateTruncating(x);
}
