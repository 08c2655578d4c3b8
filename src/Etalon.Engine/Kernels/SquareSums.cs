using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Etalon.Engine.Kernels;

/// <summary>
/// Sums of squares of d = g + decay w, in float64 whatever the number type: four lanes, four chains, joined in one order.
/// </summary>
internal static unsafe class SquareSums
{
    // 16 kB of sums, half of a first-level cache.
    private const int CachedColumns = 2048;

    /// <summary>The sum over a piece; w, g [length]. w is read only where <paramref name="decay"/> is not 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Of<T>(T* w, T* g, double decay, int length) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var splat = Simd.Splat<T>(decay);
        Vector256<double> s0 = default, s1 = default, s2 = default, s3 = default;
        int i = 0, width = Vector256<T>.Count;
        for (; i <= length - 2 * width; i += 2 * width)
        {
            Simd.PrefetchAhead(g + i);
            Vector256<T> a = Vector256.Load(g + i), b = Vector256.Load(g + i + width);
            if (decay != 0)
            {
                Simd.PrefetchAhead(w + i);
                a = Simd.Fma(splat, Vector256.Load(w + i), a);
                b = Simd.Fma(splat, Vector256.Load(w + i + width), b);
            }
            Simd.AddProducts(a, a, ref s0, ref s1);
            Simd.AddProducts(b, b, ref s2, ref s3);
        }
        double sum = Vector256.Sum((s0 + s1) + (s2 + s3));
        for (; i < length; i++)
        {
            double d = double.CreateTruncating(decay == 0 ? g[i] : T.FusedMultiplyAdd(splat[0], w[i], g[i]));
            sum += d * d;
        }
        return sum;
    }

    /// <summary>
    /// sums [columns] += the squares of each column, its rows in order; w, g [rows][stride], of which the first <paramref name="columns"/>
    /// count.
    /// </summary>
    /// <remarks>Where there are so many columns that their sums lie in the second-level cache, three rows at a time read and write them
    /// once; where there are few, row by row goes straight through memory.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void AddColumns<T>(T* w, T* g, double decay, int rows, int columns, long stride, double* sums)
    where T : unmanaged, IFloatingPointIeee754<T>
    {
        var splat = Simd.Splat<T>(decay);
        int row = 0, whole = columns / Vector256<T>.Count * Vector256<T>.Count;
        for (; columns > CachedColumns && row <= rows - 3; row += 3)
        {
            for (int i = 0; i < whole; i += Vector256<T>.Count)
            {
                // At the end of the rows, the beginning of the next three.
                long at = row * stride + i, ahead = i + Simd.Ahead<T>() < columns ? at : at + 3 * stride - columns;
                var (low, high) = Load<T>(sums + i);
                Add(w, g, at, ahead, decay, splat, ref low, ref high);
                Add(w, g, at + stride, ahead + stride, decay, splat, ref low, ref high);
                Add(w, g, at + 2 * stride, ahead + 2 * stride, decay, splat, ref low, ref high);
                Store<T>(sums + i, low, high);
            }
        }
        for (; row < rows; row++)
        {
            for (int i = 0; i < whole; i += Vector256<T>.Count)
            {
                long at = row * stride + i, ahead = i + Simd.Ahead<T>() < columns ? at : at + stride - columns;
                var (low, high) = Load<T>(sums + i);
                Add(w, g, at, ahead, decay, splat, ref low, ref high);
                Store<T>(sums + i, low, high);
            }
        }
        for (int i = whole; i < columns; i++)
            for (long at = i; at < i + rows * stride; at += stride)
            {
                double d = double.CreateTruncating(decay == 0 ? g[at] : T.FusedMultiplyAdd(splat[0], w[at], g[at]));
                sums[i] += d * d;
            }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<T>(T* w, T* g, long at, long ahead, double decay, Vector256<T> splat, ref Vector256<double> low,
    ref Vector256<double> high) where T : unmanaged, IFloatingPointIeee754<T>
    {
        Simd.PrefetchAhead(g + ahead);
        var d = Vector256.Load(g + at);
        if (decay != 0)
        {
            Simd.PrefetchAhead(w + ahead);
            d = Simd.Fma(splat, Vector256.Load(w + at), d);
        }
        Simd.AddProducts(d, d, ref low, ref high);
    }

    // As many sums as a vector of T has numbers: one vector of float64, or two.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<double> Low, Vector256<double> High) Load<T>(double* sums) where T : unmanaged =>
        (Vector256.Load(sums), typeof(T) == typeof(float) ? Vector256.Load(sums + 4) : default);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T>(double* sums, Vector256<double> low, Vector256<double> high) where T : unmanaged
    {
        Vector256.Store(low, sums);
        if (typeof(T) == typeof(float)) Vector256.Store(high, sums + 4);
    }

    /// <summary>The sum of such sums; [count].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Total(double* sums, int count)
    {
        Vector256<double> s0 = default, s1 = default, s2 = default, s3 = default;
        int i = 0, width = Vector256<double>.Count;
        for (; i <= count - 4 * width; i += 4 * width)
        {
            s0 += Vector256.Load(sums + i);
            s1 += Vector256.Load(sums + i + width);
            s2 += Vector256.Load(sums + i + 2 * width);
            s3 += Vector256.Load(sums + i + 3 * width);
        }
        double total = Vector256.Sum((s0 + s1) + (s2 + s3));
        for (; i < count; i++) total += sums[i];
        return total;
    }
}
