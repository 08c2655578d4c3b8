using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Etalon.Engine;

namespace Etalon.Lab.Benchmarks;

/// <summary>
/// The multiply-add peak of the width that kernels compute with: the limit that the speed of a kernel is a share of. A machine's may change
/// from minute to minute.
/// </summary>
/// <remarks>12 independent accumulators cover a latency of up to 6 cycles at 2 multiply-adds a cycle.</remarks>
internal static class FmaPeak
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

    private static unsafe double Operations<T>() where T : unmanaged => 2.0 * 12 * (VectorWidth.Bits / 8 / sizeof(T)) * Steps;

    private static void Piece<T>() where T : unmanaged, IFloatingPointIeee754<T>
    {
        double sum = (typeof(T) == typeof(float), VectorWidth.Bits) switch
        {
            (true, 256) => Run<Vector256<float>, NarrowSingle>(Vector256.Create(0.5f), Vector256<float>.One)[0],
            (false, 256) => Run<Vector256<double>, NarrowDouble>(Vector256.Create(0.5), Vector256<double>.One)[0],
            (true, _) => Run<Vector512<float>, WideSingle>(Vector512.Create(0.5f), Vector512<float>.One)[0],
            (false, _) => Run<Vector512<double>, WideDouble>(Vector512.Create(0.5), Vector512<double>.One)[0],
        };
        // Read, so that the compiler drops none of it.
        if (sum == 0) throw new InvalidOperationException("The sums cannot be zero.");
    }

    // Inlined four times into its caller, its accumulators would no longer fit the registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static TVector Run<TVector, TFma>(TVector half, TVector one)
        where TVector : struct where TFma : struct, IMultiplyAdd<TVector>
    {
        TVector a = one, b = one, c = one, d = one, e = one, f = one, g = one, h = one, i = one, j = one, k = one, l = one;
        for (int n = 0; n < Steps; n++)
        {
            a = TFma.Of(a, half, one);
            b = TFma.Of(b, half, one);
            c = TFma.Of(c, half, one);
            d = TFma.Of(d, half, one);
            e = TFma.Of(e, half, one);
            f = TFma.Of(f, half, one);
            g = TFma.Of(g, half, one);
            h = TFma.Of(h, half, one);
            i = TFma.Of(i, half, one);
            j = TFma.Of(j, half, one);
            k = TFma.Of(k, half, one);
            l = TFma.Of(l, half, one);
        }
        // One by one: an array of them would keep all twelve in memory, and the loop would wait for its stores (22 GFLOP/s instead of 110).
        TVector sum = TFma.Of(b, one, a);
        sum = TFma.Of(c, one, sum);
        sum = TFma.Of(d, one, sum);
        sum = TFma.Of(e, one, sum);
        sum = TFma.Of(f, one, sum);
        sum = TFma.Of(g, one, sum);
        sum = TFma.Of(h, one, sum);
        sum = TFma.Of(i, one, sum);
        sum = TFma.Of(j, one, sum);
        sum = TFma.Of(k, one, sum);
        return TFma.Of(l, one, sum);
    }

    private interface IMultiplyAdd<TVector>
    {
        static abstract TVector Of(TVector a, TVector b, TVector c);
    }

    private readonly struct NarrowSingle : IMultiplyAdd<Vector256<float>>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Of(Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
            Vector256.FusedMultiplyAdd(a, b, c);
    }

    private readonly struct NarrowDouble : IMultiplyAdd<Vector256<double>>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<double> Of(Vector256<double> a, Vector256<double> b, Vector256<double> c) =>
            Vector256.FusedMultiplyAdd(a, b, c);
    }

    private readonly struct WideSingle : IMultiplyAdd<Vector512<float>>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Of(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
            Vector512.FusedMultiplyAdd(a, b, c);
    }

    private readonly struct WideDouble : IMultiplyAdd<Vector512<double>>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<double> Of(Vector512<double> a, Vector512<double> b, Vector512<double> c) =>
            Vector512.FusedMultiplyAdd(a, b, c);
    }
}
