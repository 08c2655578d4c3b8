using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Etalon.Engine.Kernels;

/// <summary>Sums of squares of d = g + decay w, in float64 whatever the number type: four lanes, four chains, joined in one order.</summary>
internal static unsafe class SquareSums
{
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

    /// <summary>sums [columns] += the squares of each column, its rows in order; w, g [rows][stride], of which the first <paramref name="columns"/> count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void AddColumns<T>(T* w, T* g, double decay, int rows, int columns, long stride, double* sums) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var splat = Simd.Splat<T>(decay);
        for (int row = 0; row < rows; row++, w += stride, g += stride)
        {
            int i = 0;
            for (; i <= columns - Vector256<T>.Count; i += Vector256<T>.Count)
            {
                Simd.PrefetchAhead(g, i, columns, stride);
                var d = Vector256.Load(g + i);
                if (decay != 0)
                {
                    Simd.PrefetchAhead(w, i, columns, stride);
                    d = Simd.Fma(splat, Vector256.Load(w + i), d);
                }
                Vector256<double> low = Vector256.Load(sums + i), high = typeof(T) == typeof(float) ? Vector256.Load(sums + i + 4) : default;
                Simd.AddProducts(d, d, ref low, ref high);
                Vector256.Store(low, sums + i);
                if (typeof(T) == typeof(float)) Vector256.Store(high, sums + i + 4);
            }
            for (; i < columns; i++)
            {
                double d = double.CreateTruncating(decay == 0 ? g[i] : T.FusedMultiplyAdd(splat[0], w[i], g[i]));
                sums[i] += d * d;
            }
        }
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
