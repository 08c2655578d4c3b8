using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Etalon.Engine.Kernels;

/// <summary>
/// The fused multiply-add and sums of products of a number type: what <see cref="Vector256{T}"/> lacks for generic kernels.
/// </summary>
internal static class Simd
{
    // Bytes; a half and twice as much did no better.
    private const int Distance = 2048;

    /// <summary>a b + c with one rounding.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Fma<T>(Vector256<T> a, Vector256<T> b, Vector256<T> c)
    {
        if (typeof(T) == typeof(float))
            return Vector256.FusedMultiplyAdd(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>();
        return Vector256.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();
    }

    /// <summary>A small constant in the number type.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Splat<T>(double value) where T : unmanaged, IFloatingPointIeee754<T> =>
        Vector256.Create(T.CreateTruncating(value));

    /// <summary>Adds a b to sums in float64: the first four products to one, with float32 the other four to the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddProducts<T>(Vector256<T> a, Vector256<T> b, ref Vector256<double> low, ref Vector256<double> high)
    {
        if (typeof(T) == typeof(float))
        {
            var (lowA, highA) = Vector256.Widen(a.AsSingle());
            var (lowB, highB) = Vector256.Widen(b.AsSingle());
            low = Vector256.FusedMultiplyAdd(lowA, lowB, low);
            high = Vector256.FusedMultiplyAdd(highA, highB, high);
        }
        else
        {
            low = Vector256.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), low);
        }
    }

    /// <summary>
    /// Asks for the line of memory some way ahead of <paramref name="x"/>, so that it is there when it is read; a hint, which a processor
    /// may do without.
    /// </summary>
    /// <remarks>Where a loop computes much for each line the processor's own prefetching comes late: sums of squares read memory a tenth
    /// faster so, those of columns a quarter.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void PrefetchAhead<T>(T* x) where T : unmanaged
    {
        if (Sse.IsSupported) Sse.Prefetch0(x + Ahead<T>());
    }

    /// <summary>How many numbers lie before the line that <see cref="PrefetchAhead"/> asks for.</summary>
    public static unsafe int Ahead<T>() where T : unmanaged => Distance / sizeof(T);
}
