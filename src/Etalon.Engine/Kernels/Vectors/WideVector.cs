using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Etalon.Engine.Kernels.Vectors;

/// <summary>512 bits: 16 float32 or 8 float64.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal readonly unsafe struct WideVector<T> : IVector<WideVector<T>, T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Vector512<T> _numbers;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private WideVector(Vector512<T> numbers) => _numbers = numbers;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512<T>.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> Load(T* from) => new(Vector512.Load(from));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> Splat(T value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(T* to) => _numbers.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> Fma(WideVector<T> a, WideVector<T> b, WideVector<T> c)
    {
        if (typeof(T) == typeof(float))
            return new(Vector512.FusedMultiplyAdd(a._numbers.AsSingle(), b._numbers.AsSingle(), c._numbers.AsSingle()).As<float, T>());
        return new(Vector512.FusedMultiplyAdd(a._numbers.AsDouble(), b._numbers.AsDouble(), c._numbers.AsDouble()).As<double, T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> Max(WideVector<T> a, WideVector<T> b) => new(Vector512.Max(a._numbers, b._numbers));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> WherePositive(WideVector<T> x, WideVector<T> test) =>
        new(x._numbers & Vector512.GreaterThan(test._numbers, Vector512<T>.Zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> WhereEqual(WideVector<T> x, WideVector<T> a, WideVector<T> b) =>
        new(x._numbers & Vector512.Equals(a._numbers, b._numbers));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> WhereUnequal(WideVector<T> x, WideVector<T> a, WideVector<T> b) =>
        new(Vector512.AndNot(x._numbers, Vector512.Equals(a._numbers, b._numbers)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> operator +(WideVector<T> a, WideVector<T> b) => new(a._numbers + b._numbers);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> operator -(WideVector<T> a, WideVector<T> b) => new(a._numbers - b._numbers);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> operator *(WideVector<T> a, WideVector<T> b) => new(a._numbers * b._numbers);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> operator -(WideVector<T> a) => new(-a._numbers);
}
