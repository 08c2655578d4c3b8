using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Etalon.Engine.Kernels.Vectors;

/// <summary>256 bits: 8 float32 or 4 float64.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal unsafe struct NarrowVector<T> : IVector<NarrowVector<T>, T> where T : unmanaged, IFloatingPointIeee754<T>
{
    // Without a constructor: each call would count against the compiler's budget for inlining.
    private Vector256<T> _numbers;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256<T>.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NarrowVector<T> Load(T* from) => new() { _numbers = Vector256.Load(from) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NarrowVector<T> Splat(T value) => new() { _numbers = Vector256.Create(value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store(T* to) => _numbers.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NarrowVector<T> Fma(NarrowVector<T> a, NarrowVector<T> b, NarrowVector<T> c)
    {
        if (typeof(T) == typeof(float))
            return new()
            {
                _numbers = Vector256.FusedMultiplyAdd(a._numbers.AsSingle(), b._numbers.AsSingle(), c._numbers.AsSingle()).As<float, T>()
            };
        return new()
        {
            _numbers = Vector256.FusedMultiplyAdd(a._numbers.AsDouble(), b._numbers.AsDouble(), c._numbers.AsDouble()).As<double, T>()
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NarrowVector<T> Sqrt(NarrowVector<T> x) => new() { _numbers = Vector256.Sqrt(x._numbers) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NarrowVector<T> Max(NarrowVector<T> a, NarrowVector<T> b) => new() { _numbers = Vector256.Max(a._numbers, b._numbers) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NarrowVector<T> WherePositive(NarrowVector<T> x, NarrowVector<T> test) =>
        new() { _numbers = x._numbers & Vector256.GreaterThan(test._numbers, Vector256<T>.Zero) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NarrowVector<T> WhereIsOrNaN(NarrowVector<T> x, NarrowVector<T> a, NarrowVector<T> b) =>
        new() { _numbers = x._numbers & IsOrNaN(a, b) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NarrowVector<T> WhereIsNeither(NarrowVector<T> x, NarrowVector<T> a, NarrowVector<T> b) =>
        new() { _numbers = Vector256.AndNot(x._numbers, IsOrNaN(a, b)) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> IsOrNaN(NarrowVector<T> a, NarrowVector<T> b) =>
        Vector256.Equals(a._numbers, b._numbers) | ~Vector256.Equals(a._numbers, a._numbers);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NarrowVector<T> operator +(NarrowVector<T> a, NarrowVector<T> b) => new() { _numbers = a._numbers + b._numbers };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NarrowVector<T> operator -(NarrowVector<T> a, NarrowVector<T> b) => new() { _numbers = a._numbers - b._numbers };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NarrowVector<T> operator *(NarrowVector<T> a, NarrowVector<T> b) => new() { _numbers = a._numbers * b._numbers };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NarrowVector<T> operator /(NarrowVector<T> a, NarrowVector<T> b) => new() { _numbers = a._numbers / b._numbers };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NarrowVector<T> operator -(NarrowVector<T> a) => new() { _numbers = -a._numbers };
}
