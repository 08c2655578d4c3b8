using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Etalon.Engine.Kernels.Tokens;

/// <summary>
/// e^x of the numbers of a vector: 2^n e^r with n = round(x / ln 2) and the Taylor sum of e^r, |r| at most ln 2 / 2.
/// </summary>
/// <remarks>
/// The largest error measured is 2 units in the last place in either precision. Arguments are held to the range whose results are normal
/// numbers: [-87, 88] in float32, [-708, 709] in float64. NaN stays NaN. Each lane has the bits that it would have anywhere else.
/// </remarks>
internal static class Exponential
{
    // 1.5 x 2^23 and 1.5 x 2^52: a number of that size has no fraction left, and its low bits are the whole number added to it.
    private const float RoundFloat = 12582912f;
    private const double RoundDouble = 6755399441055744;
    private const int FractionOfFloat = 23, FractionOfDouble = 52;

    // ln 2 in two parts; whole multiples of the first, for all n that occur, are exact.
    private const float Ln2HighFloat = 0.693145752f, Ln2LowFloat = 1.42860677e-06f;
    private const double Ln2HighDouble = 0.6931471805598903, Ln2LowDouble = 5.4979230187085024e-14;
    private const double PerLn2 = 1.4426950408889634;

    /// <summary>e^x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Of<T>(Vector256<T> x) where T : unmanaged =>
        typeof(T) == typeof(float) ? OfFloat(x.AsSingle()).As<float, T>() : OfDouble(x.AsDouble()).As<double, T>();

    /// <summary>y = e^(x - shift) over a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static unsafe void Row<T>(T* x, int count, T shift, T* y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var off = Vector256.Create(shift);
        int i = 0, width = Vector256<T>.Count;
        for (; i <= count - width; i += width) Of(Vector256.Load(x + i) - off).Store(y + i);
        for (; i < count; i++) y[i] = Of(Vector256.Create(x[i] - shift))[0];
    }

    /// <summary>1 / (1 + e^-x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Sigmoid<T>(Vector256<T> x) where T : unmanaged, IFloatingPointIeee754<T> =>
        Vector256<T>.One / (Vector256<T>.One + Of(-x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> OfFloat(Vector256<float> x)
    {
        x = Vector256.Min(Vector256.Max(x, Vector256.Create(-87f)), Vector256.Create(88f));
        var shifted = Vector256.FusedMultiplyAdd(x, Vector256.Create((float)PerLn2), Vector256.Create(RoundFloat));
        var n = shifted - Vector256.Create(RoundFloat);
        var r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-Ln2HighFloat), x);
        r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-Ln2LowFloat), r);
        var sum = Vector256.Create(1f / 5040);
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1f / 720));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1f / 120));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1f / 24));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1f / 6));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(0.5f));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256<float>.One);
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256<float>.One);
        return (sum.AsInt32() + (shifted.AsInt32() << FractionOfFloat)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> OfDouble(Vector256<double> x)
    {
        x = Vector256.Min(Vector256.Max(x, Vector256.Create(-708.0)), Vector256.Create(709.0));
        var shifted = Vector256.FusedMultiplyAdd(x, Vector256.Create(PerLn2), Vector256.Create(RoundDouble));
        var n = shifted - Vector256.Create(RoundDouble);
        var r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-Ln2HighDouble), x);
        r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-Ln2LowDouble), r);
        var sum = Vector256.Create(1.0 / 6227020800);
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1.0 / 479001600));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1.0 / 39916800));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1.0 / 3628800));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1.0 / 362880));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1.0 / 40320));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1.0 / 5040));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1.0 / 720));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1.0 / 120));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1.0 / 24));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1.0 / 6));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(0.5));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256<double>.One);
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256<double>.One);
        return (sum.AsInt64() + (shifted.AsInt64() << FractionOfDouble)).AsDouble();
    }
}
