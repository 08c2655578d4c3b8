using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Etalon.Engine.Kernels;
using Etalon.Engine.Parallel;

namespace Etalon.Engine.Speed;

/// <summary>The multiply-add peak: the limit that the speed of a kernel is a share of. A machine's may change from minute to minute.</summary>
/// <remarks>12 independent accumulators cover a latency of up to 6 cycles at 2 multiply-adds a cycle.</remarks>
public static class FmaPeak
{
    private const int Steps = 100_000;

    // Pieces a thread takes: with several, one that begins late makes the others wait less.
    private const int PiecesPerThread = 8;

    /// <summary>GFLOP/s of one core now (about half a millisecond).</summary>
    /// <typeparam name="T">float or double.</typeparam>
    public static double Measure<T>() where T : unmanaged, IFloatingPointIeee754<T>
    {
        long begin = Stopwatch.GetTimestamp();
        Piece<T>();
        return Operations<T>() / Stopwatch.GetElapsedTime(begin).TotalNanoseconds;
    }

    /// <summary>GFLOP/s of all threads of a team together now (about five milliseconds).</summary>
    /// <typeparam name="T">float or double.</typeparam>
    public static double Measure<T>(Workers workers) where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(workers);
        int pieces = PiecesPerThread * workers.Count;
        long begin = Stopwatch.GetTimestamp();
        workers.Run(pieces, static (_, _) => Piece<T>());
        return pieces * Operations<T>() / Stopwatch.GetElapsedTime(begin).TotalNanoseconds;
    }

    private static double Operations<T>() => 2.0 * 12 * Vector256<T>.Count * Steps;

    private static void Piece<T>() where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector256<T> sum = Run(Simd.Splat<T>(0.5), Simd.Splat<T>(1));
        if (Vector256.EqualsAny(sum, Vector256<T>.Zero))
            throw new InvalidOperationException("The sums cannot be zero.");
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
