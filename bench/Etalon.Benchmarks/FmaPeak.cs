using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Etalon.Engine.Kernels;

namespace Etalon.Benchmarks;

/// <summary>The multiply-add peak of one core: 12 independent accumulators, which cover a latency of up to 6 cycles at 2 a cycle.</summary>
internal static class FmaPeak
{
    private const int Steps = 100_000;

    /// <summary>GFLOP/s now (about half a millisecond).</summary>
    public static double Measure<T>() where T : unmanaged, IFloatingPointIeee754<T>
    {
        long begin = Stopwatch.GetTimestamp();
        Vector256<T> sum = Run(Simd.Splat<T>(0.5), Simd.Splat<T>(1));
        double nanoseconds = Stopwatch.GetElapsedTime(begin).TotalNanoseconds;
        if (Vector256.EqualsAny(sum, Vector256<T>.Zero))
            throw new InvalidOperationException("The sums cannot be zero.");
        return 2.0 * 12 * Vector256<T>.Count * Steps / nanoseconds;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Vector256<T> Run<T>(Vector256<T> half, Vector256<T> one) where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector256<T> a = one, b = one, c = one, d = one, e = one, f = one, g = one, h = one, i = one, j = one, k = one, l = one;
        for (int n = 0; n < Steps; n++)
        {
            a = Simd.Fma(a, half, one);
            b = Simd.Fma(b, half, one);
            c = Simd.Fma(c, half, one);
            d = Simd.Fma(d, half, one);
            e = Simd.Fma(e, half, one);
            f = Simd.Fma(f, half, one);
            g = Simd.Fma(g, half, one);
            h = Simd.Fma(h, half, one);
            i = Simd.Fma(i, half, one);
            j = Simd.Fma(j, half, one);
            k = Simd.Fma(k, half, one);
            l = Simd.Fma(l, half, one);
        }
        return a + b + c + d + e + f + g + h + i + j + k + l;
    }
}
