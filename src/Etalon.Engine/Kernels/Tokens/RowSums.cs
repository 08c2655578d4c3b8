using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Etalon.Engine.Kernels.Tokens;

/// <summary>
/// Sums along one row of numbers, in two chains of eight numbers of float32 or four of float64, joined in one order whatever the width of
/// the processor's vectors.
/// </summary>
internal static unsafe class RowSums
{
    /// <summary>The sum of x y over a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T Dot<T>(T* x, T* y, int count) where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector256<T> even = default, odd = default;
        int i = 0, width = Vector256<T>.Count;
        for (; i <= count - 2 * width; i += 2 * width)
        {
            even = Simd.Fma(Vector256.Load(x + i), Vector256.Load(y + i), even);
            odd = Simd.Fma(Vector256.Load(x + i + width), Vector256.Load(y + i + width), odd);
        }
        for (; i <= count - width; i += width) even = Simd.Fma(Vector256.Load(x + i), Vector256.Load(y + i), even);
        T sum = Join(even + odd);
        for (; i < count; i++) sum = T.FusedMultiplyAdd(x[i], y[i], sum);
        return sum;
    }

    /// <summary>The sum of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T Of<T>(T* x, int count) where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector256<T> even = default, odd = default;
        int i = 0, width = Vector256<T>.Count;
        for (; i <= count - 2 * width; i += 2 * width)
        {
            even += Vector256.Load(x + i);
            odd += Vector256.Load(x + i + width);
        }
        for (; i <= count - width; i += width) even += Vector256.Load(x + i);
        T sum = Join(even + odd);
        for (; i < count; i++) sum += x[i];
        return sum;
    }

    /// <summary>The sum of (x - mean)^2 over a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T SquaresFrom<T>(T* x, int count, T mean) where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector256<T> even = default, odd = default, center = Vector256.Create(mean);
        int i = 0, width = Vector256<T>.Count;
        for (; i <= count - 2 * width; i += 2 * width)
        {
            Vector256<T> a = Vector256.Load(x + i) - center, b = Vector256.Load(x + i + width) - center;
            even = Simd.Fma(a, a, even);
            odd = Simd.Fma(b, b, odd);
        }
        for (; i <= count - width; i += width)
        {
            var a = Vector256.Load(x + i) - center;
            even = Simd.Fma(a, a, even);
        }
        T sum = Join(even + odd);
        for (; i < count; i++) sum = T.FusedMultiplyAdd(x[i] - mean, x[i] - mean, sum);
        return sum;
    }

    /// <summary>The largest number of a row; NaN where one is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T Largest<T>(T* x, int count) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int i = 0, width = Vector256<T>.Count;
        T largest = T.NegativeInfinity;
        if (count >= width)
        {
            var most = Vector256.Load(x);
            for (i = width; i <= count - width; i += width) most = Vector256.Max(most, Vector256.Load(x + i));
            var halves = Vector128.Max(most.GetLower(), most.GetUpper());
            largest = T.Max(halves[0], halves[1]);
            if (Vector128<T>.Count > 2) largest = T.Max(largest, T.Max(halves[2], halves[3]));
        }
        for (; i < count; i++) largest = T.Max(largest, x[i]);
        return largest;
    }

    // Neighbors last: lanes 0 and 4, 1 and 5, ... first.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Join<T>(Vector256<T> sums) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var halves = sums.GetLower() + sums.GetUpper();
        return Vector128<T>.Count == 2
            ? halves[0] + halves[1]
            : (halves[0] + halves[2]) + (halves[1] + halves[3]);
    }
}
