using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Etalon.Engine.Kernels.Vectors;
using Etalon.Engine.Parallel;

namespace Etalon.Engine.Speed;

/// <summary>
/// The multiply-add peak of the width that kernels compute with: the limit that the speed of a kernel is a share of. A machine's may change
/// from minute to minute.
/// </summary>
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

    private static unsafe double Operations<T>() where T : unmanaged => 2.0 * 12 * (VectorWidth.Bits / 8 / sizeof(T)) * Steps;

    private static void Piece<T>() where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (VectorWidth.IsWide) Piece<T, WideVector<T>>();
        else Piece<T, NarrowVector<T>>();
    }

    private static unsafe void Piece<T, TVector>()
        where T : unmanaged, IFloatingPointIeee754<T> where TVector : unmanaged, IVector<TVector, T>
    {
        T half = T.One / (T.One + T.One);
        T* sums = stackalloc T[TVector.Count];
        Run<T, TVector>(TVector.Splat(half), TVector.Splat(T.One)).Store(sums);
        if (sums[0] == T.Zero) throw new InvalidOperationException("The sums cannot be zero.");
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static TVector Run<T, TVector>(TVector half, TVector one)
        where T : unmanaged, IFloatingPointIeee754<T> where TVector : unmanaged, IVector<TVector, T>
    {
        TVector a = one, b = one, c = one, d = one, e = one, f = one, g = one, h = one, i = one, j = one, k = one, l = one;
        for (int n = 0; n < Steps; n++)
        {
            a = TVector.Fma(a, half, one);
            b = TVector.Fma(b, half, one);
            c = TVector.Fma(c, half, one);
            d = TVector.Fma(d, half, one);
            e = TVector.Fma(e, half, one);
            f = TVector.Fma(f, half, one);
            g = TVector.Fma(g, half, one);
            h = TVector.Fma(h, half, one);
            i = TVector.Fma(i, half, one);
            j = TVector.Fma(j, half, one);
            k = TVector.Fma(k, half, one);
            l = TVector.Fma(l, half, one);
        }
        return a + b + c + d + e + f + g + h + i + j + k + l;
    }
}
