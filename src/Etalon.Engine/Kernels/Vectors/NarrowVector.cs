using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Etalon.Engine.Kernels.Vectors;

/// <summary>256 bits: 8 float32 or 4 float64.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal readonly unsafe struct NarrowVector<T> : IVector<NarrowVector<T>, T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Vector256<T> _numbers;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private NarrowVector(Vector256<T> numbers) => _numbers = numbers;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256<T>.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NarrowVector<T> Load(T* from) => new(Vector256.Load(from));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NarrowVector<T> Splat(T value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(T* to) => _numbers.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NarrowVector<T> Fma(NarrowVector<T> a, NarrowVector<T> b, NarrowVector<T> c)
    {
        if (typeof(T) == typeof(float))
            return new(Vector256.FusedMultiplyAdd(a._numbers.AsSingle(), b._numbers.AsSingle(), c._numbers.AsSingle()).As<float, T>());
        return new(Vector256.FusedMultiplyAdd(a._numbers.AsDouble(), b._numbers.AsDouble(), c._numbers.AsDouble()).As<double, T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NarrowVector<T> Max(NarrowVector<T> a, NarrowVector<T> b) => new(Vector256.Max(a._numbers, b._numbers));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NarrowVector<T> WherePositive(NarrowVector<T> x, NarrowVector<T> test) =>
        new(x._numbers & Vector256.GreaterThan(test._numbers, Vector256<T>.Zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NarrowVector<T> WhereEqual(NarrowVector<T> x, NarrowVector<T> a, NarrowVector<T> b) =>
        new(x._numbers & Vector256.Equals(a._numbers, b._numbers));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NarrowVector<T> WhereUnequal(NarrowVector<T> x, NarrowVector<T> a, NarrowVector<T> b) =>
        new(Vector256.AndNot(x._numbers, Vector256.Equals(a._numbers, b._numbers)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NarrowVector<T> operator +(NarrowVector<T> a, NarrowVector<T> b) => new(a._numbers + b._numbers);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NarrowVector<T> operator -(NarrowVector<T> a, NarrowVector<T> b) => new(a._numbers - b._numbers);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NarrowVector<T> operator *(NarrowVector<T> a, NarrowVector<T> b) => new(a._numbers * b._numbers);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NarrowVector<T> operator -(NarrowVector<T> a) => new(-a._numbers);
}
