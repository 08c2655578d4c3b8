using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Etalon.Engine;

/// <summary>
/// Four float64 numbers that are computed with together, as if they were one: the same quantity of four replicas of an experiment. A
/// formula written for one replica runs for four at the speed of vector instructions, and each lane has the bits that it would have alone.
/// </summary>
public readonly record struct Lanes
{
    /// <summary>How many numbers.</summary>
    public const int Count = 4;

    private readonly Vector256<double> _values;

    internal Lanes(Vector256<double> values) => _values = values;

    /// <summary>The same number in each lane.</summary>
    public Lanes(double value) => _values = Vector256.Create(value);

    /// <summary>A number in each lane.</summary>
    /// <param name="values">At least <see cref="Count"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer.</exception>
    public Lanes(ReadOnlySpan<double> values) => _values = Vector256.Create(values);

    /// <summary>The number in a lane.</summary>
    /// <param name="lane">From 0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such lane.</exception>
    public double this[int lane] => _values[lane];

    /// <summary>The same number in each lane.</summary>
    public static implicit operator Lanes(double value) => new(value);

    /// <summary>The sum in each lane.</summary>
    public static Lanes operator +(Lanes left, Lanes right) => new(left._values + right._values);

    /// <summary>The difference in each lane.</summary>
    public static Lanes operator -(Lanes left, Lanes right) => new(left._values - right._values);

    /// <summary>The number in each lane with the other sign.</summary>
    public static Lanes operator -(Lanes value) => new(-value._values);

    /// <summary>The product in each lane.</summary>
    public static Lanes operator *(Lanes left, Lanes right) => new(left._values * right._values);

    /// <summary>The quotient in each lane.</summary>
    public static Lanes operator /(Lanes left, Lanes right) => new(left._values / right._values);

    /// <summary>The square root in each lane.</summary>
    public static Lanes Sqrt(Lanes value) => new(Vector256.Sqrt(value._values));

    /// <summary>a b + c in each lane, with one rounding.</summary>
    public static Lanes MultiplyAdd(Lanes a, Lanes b, Lanes c) => new(Vector256.FusedMultiplyAdd(a._values, b._values, c._values));

    /// <summary>The inner product of two vectors in each lane.</summary>
    /// <param name="left">Shape [dimension].</param>
    /// <param name="right">Shape [dimension].</param>
    public static Lanes Dot(ReadOnlySpan<Lanes> left, ReadOnlySpan<Lanes> right)
    {
        var a = MemoryMarshal.Cast<Lanes, Vector256<double>>(left);
        var b = MemoryMarshal.Cast<Lanes, Vector256<double>>(right);
        // Four sums: one alone would wait for the addition before it, four cycles each.
        Vector256<double> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        int i = 0;
        for (; i <= a.Length - 4; i += 4)
        {
            sum0 = Vector256.FusedMultiplyAdd(a[i], b[i], sum0);
            sum1 = Vector256.FusedMultiplyAdd(a[i + 1], b[i + 1], sum1);
            sum2 = Vector256.FusedMultiplyAdd(a[i + 2], b[i + 2], sum2);
            sum3 = Vector256.FusedMultiplyAdd(a[i + 3], b[i + 3], sum3);
        }
        for (; i < a.Length; i++) sum0 = Vector256.FusedMultiplyAdd(a[i], b[i], sum0);
        return new((sum0 + sum1) + (sum2 + sum3));
    }
}
