using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Etalon.Engine.Kernels.Vectors;

/// <summary>512 bits: 16 float32 or 8 float64.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal unsafe struct WideVector<T> : IVector<WideVector<T>, T> where T : unmanaged, IFloatingPointIeee754<T>
{
    // Without a constructor: each call would count against the compiler's budget for inlining.
    private Vector512<T> _numbers;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512<T>.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> Load(T* from) => new() { _numbers = Vector512.Load(from) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> Splat(T value) => new() { _numbers = Vector512.Create(value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store(T* to) => _numbers.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> Fma(WideVector<T> a, WideVector<T> b, WideVector<T> c)
    {
        if (typeof(T) == typeof(float))
            return new()
            {
                _numbers = Vector512.FusedMultiplyAdd(a._numbers.AsSingle(), b._numbers.AsSingle(), c._numbers.AsSingle()).As<float, T>()
            };
        return new()
        {
            _numbers = Vector512.FusedMultiplyAdd(a._numbers.AsDouble(), b._numbers.AsDouble(), c._numbers.AsDouble()).As<double, T>()
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> Sqrt(WideVector<T> x) => new() { _numbers = Vector512.Sqrt(x._numbers) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> Max(WideVector<T> a, WideVector<T> b) => new() { _numbers = Vector512.Max(a._numbers, b._numbers) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> WherePositive(WideVector<T> x, WideVector<T> test) =>
        new() { _numbers = x._numbers & Vector512.GreaterThan(test._numbers, Vector512<T>.Zero) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> WhereIsOrNaN(WideVector<T> x, WideVector<T> a, WideVector<T> b) =>
        new() { _numbers = x._numbers & IsOrNaN(a, b) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> WhereIsNeither(WideVector<T> x, WideVector<T> a, WideVector<T> b) =>
        new() { _numbers = Vector512.AndNot(x._numbers, IsOrNaN(a, b)) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> IsOrNaN(WideVector<T> a, WideVector<T> b) =>
        Vector512.Equals(a._numbers, b._numbers) | ~Vector512.Equals(a._numbers, a._numbers);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> operator +(WideVector<T> a, WideVector<T> b) => new() { _numbers = a._numbers + b._numbers };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> operator -(WideVector<T> a, WideVector<T> b) => new() { _numbers = a._numbers - b._numbers };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> operator *(WideVector<T> a, WideVector<T> b) => new() { _numbers = a._numbers * b._numbers };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> operator /(WideVector<T> a, WideVector<T> b) => new() { _numbers = a._numbers / b._numbers };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> operator -(WideVector<T> a) => new() { _numbers = -a._numbers };
}
