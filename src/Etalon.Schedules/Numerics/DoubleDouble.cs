using System.Runtime.CompilerServices;

namespace Etalon.Numerics;

/// <summary>
/// A number as the unevaluated sum of two float64, the second at most half a unit of the first one's last place: 106 bits.
/// </summary>
/// <remarks>
/// Additions, multiplications and divisions only, in a fixed order and without fused multiply-add, so that plain Python repeats them bit
/// for bit. Dekker 1971, <i>A floating-point technique for extending the available precision</i>; Knuth, TAOCP 2, 4.2.2. The sum does not
/// guard against cancellation.
/// </remarks>
internal readonly record struct DoubleDouble(double High, double Low)
{
    // 2^27 + 1 cuts 53 bits into halves whose products are exact.
    private const double Splitter = 134217729;

    /// <summary>The nearest float64.</summary>
    public double Value => High + Low;

    /// <summary>a + b, exactly.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleDouble Sum(double a, double b)
    {
        double sum = a + b, added = sum - a;
        return new(sum, (a - (sum - added)) + (b - added));
    }

    /// <summary>a + b, exactly, for |a| of at least |b|.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleDouble SumOfOrdered(double a, double b)
    {
        double sum = a + b;
        return new(sum, b - (sum - a));
    }

    /// <summary>a b, exactly.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleDouble Product(double a, double b)
    {
        double product = a * b;
        double cut = Splitter * a, highA = cut - (cut - a), lowA = a - highA;
        cut = Splitter * b;
        double highB = cut - (cut - b), lowB = b - highB;
        return new(product, ((highA * highB - product) + highA * lowB + lowA * highB) + lowA * lowB);
    }

    /// <summary>The sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleDouble operator +(DoubleDouble a, DoubleDouble b)
    {
        DoubleDouble sum = Sum(a.High, b.High);
        return SumOfOrdered(sum.High, sum.Low + (a.Low + b.Low));
    }

    /// <summary>The difference.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleDouble operator -(DoubleDouble a, DoubleDouble b) => a + new DoubleDouble(-b.High, -b.Low);

    /// <summary>The product.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleDouble operator *(DoubleDouble a, DoubleDouble b)
    {
        DoubleDouble product = Product(a.High, b.High);
        return SumOfOrdered(product.High, product.Low + (a.High * b.Low + a.Low * b.High));
    }

    /// <summary>The quotient.</summary>
    public static DoubleDouble operator /(DoubleDouble a, DoubleDouble b)
    {
        double quotient = a.High / b.High;
        DoubleDouble taken = Product(quotient, b.High);
        return SumOfOrdered(quotient, (((a.High - taken.High) - taken.Low) + (a.Low - quotient * b.Low)) / b.High);
    }

    /// <summary>A float64 as it is.</summary>
    public static implicit operator DoubleDouble(double value) => new(value, 0);
}
