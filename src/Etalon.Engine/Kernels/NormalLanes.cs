using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Etalon.Engine.Kernels;
using Etalon.Engine.Random;

namespace Etalon.Engine;

/// <summary>
/// Standard normal numbers for four replicas at once, many at a time. Lane j draws from the <see cref="CounterStream"/> with index first +
/// j: a replica's numbers depend on its own index alone, not on which replicas it is computed with.
/// </summary>
/// <remarks>
/// <para>
/// Philox4x32-10 with the four counters in the four lanes, then Box and Muller's transformation of the words in pairs (w0, w1), (w2, w3):
/// r = sqrt(-2 ln u) with u = (w0 + 1/2) / 2^32, at most 6.76; of w1 the three highest bits choose the octant and the other 29 the angle in
/// it. ln, sin and cos are Taylor sums of the first few terms, within 1e-11: the words' own grain is 2e-10.
/// </para>
/// <para>A <see cref="Fill"/> uses whole blocks of four words: what is left of the last one is not used.</para>
/// </remarks>
public sealed class NormalLanes
{
    private readonly uint _key0, _key1;
    private readonly Vector256<ulong> _index0, _index1;
    private ulong _block;

    /// <summary>The streams at their first numbers.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="purpose">What the numbers are for.</param>
    /// <param name="first">The index of the first lane's stream.</param>
    public NormalLanes(ulong seed, string purpose, ulong first)
    {
        (_key0, _key1) = CounterStream.KeyOf(seed, purpose);
        var index = Vector256.Create(first, first + 1, first + 2, first + 3);
        (_index0, _index1) = (index & Vector256.Create(0xFFFFFFFFUL), index >> 32);
    }

    /// <summary>The next numbers of each lane.</summary>
    /// <param name="values">Shape [count].</param>
    public void Fill(Span<Lanes> values)
    {
        var to = MemoryMarshal.Cast<Lanes, Vector256<double>>(values);
        int i = 0;
        for (; i <= to.Length - 4; i += 4) (to[i], to[i + 1], to[i + 2], to[i + 3]) = Next();
        if (i == to.Length) return;
        var (n0, n1, n2, _) = Next();
        to[i] = n0;
        if (i + 1 < to.Length) to[i + 1] = n1;
        if (i + 2 < to.Length) to[i + 2] = n2;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private (Vector256<double>, Vector256<double>, Vector256<double>, Vector256<double>) Next()
    {
        var (w0, w1, w2, w3) = Words(_block++);
        var (n0, n1) = Pair(w0, w1);
        var (n2, n3) = Pair(w2, w3);
        return (n0, n1, n2, n3);
    }

    // The rounds of Philox.Words with a word in the low half of each lane. The high halves fill with what no product reads, and are cleared
    // at the end.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private (Vector256<ulong>, Vector256<ulong>, Vector256<ulong>, Vector256<ulong>) Words(ulong block)
    {
        Vector256<ulong> c0 = Vector256.Create(block & 0xFFFFFFFF), c1 = Vector256.Create(block >> 32), c2 = _index0, c3 = _index1;
        Vector256<ulong> multiplier0 = Vector256.Create((ulong)Philox.Multiplier0),
            multiplier1 = Vector256.Create((ulong)Philox.Multiplier1);
        uint key0 = _key0, key1 = _key1;
        for (int round = 0; round < Philox.Rounds; round++)
        {
            Vector256<ulong> product0 = LowProduct(multiplier0, c0), product1 = LowProduct(multiplier1, c2);
            c0 = (product1 >> 32) ^ c1 ^ Vector256.Create((ulong)key0);
            c2 = (product0 >> 32) ^ c3 ^ Vector256.Create((ulong)key1);
            (c1, c3) = (product1, product0);
            key0 += Philox.Weyl0;
            key1 += Philox.Weyl1;
        }
        var low = Vector256.Create(0xFFFFFFFFUL);
        return (c0 & low, c1 & low, c2 & low, c3 & low);
    }

    // Of the low halves, 64 bits wide. Vector256 has no such product of its own.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> LowProduct(Vector256<ulong> a, Vector256<ulong> b) => Avx2.IsSupported
        ? Avx2.Multiply(a.AsUInt32(), b.AsUInt32())
        : (a & Vector256.Create(0xFFFFFFFFUL)) * (b & Vector256.Create(0xFFFFFFFFUL));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<double>, Vector256<double>) Pair(Vector256<ulong> ofRadius, Vector256<ulong> ofAngle)
    {
        var u = (ToDouble(ofRadius) + Vector256.Create(0.5)) * Vector256.Create(1.0 / 4294967296.0);
        var radius = Vector256.Sqrt(Vector256.Create(-2.0) * Log(u));
        var x = (ToDouble(ofAngle & Vector256.Create(0x1FFFFFFFUL)) + Vector256.Create(0.5)) * Vector256.Create(Math.PI / 4 / 536870912.0);
        var (sine, cosine) = (Sine(x), Cosine(x));

        var isSwapped = Vector256.LessThan((ofAngle << 34).AsInt64(), Vector256<long>.Zero).AsDouble();
        var signBit = Vector256.Create(0x8000000000000000UL);
        var first = Vector256.ConditionalSelect(isSwapped, sine, cosine) * radius;
        var second = Vector256.ConditionalSelect(isSwapped, cosine, sine) * radius;
        return ((first.AsUInt64() ^ ((ofAngle << 32) & signBit)).AsDouble(), (second.AsUInt64() ^ ((ofAngle << 33) & signBit)).AsDouble());
    }

    // Of a number below 2^52: as the last digits of 2^52 it is a float64 already.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> ToDouble(Vector256<ulong> value) =>
        (value | Vector256.Create(0x4330000000000000UL)).AsDouble() - Vector256.Create(4503599627370496.0);

    // ln u for u in [2^-34, 1]: u = 2^e m with m from sqrt(1/2) to sqrt 2, ln m = 2 (s + s^3/3 + ...) with s = (m - 1)/(m + 1), |s|
    // <= 0.172.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Log(Vector256<double> u)
    {
        var rootOfHalf = Vector256.Create(0x3FE6A09E667F3BCDUL);
        // 64 more than e, since only numbers without a sign are shifted in one instruction.
        var biased = (u.AsUInt64() - rootOfHalf + Vector256.Create(64UL << 52)) >> 52;
        var m = (u.AsUInt64() - ((biased - Vector256.Create(64UL)) << 52)).AsDouble();
        var e = ToDouble(biased) - Vector256.Create(64.0);
        var s = (m - Vector256<double>.One) / (m + Vector256<double>.One);
        var square = s * s;
        var sum = Vector256.Create(1.0 / 13);
        sum = Simd.Fma(sum, square, Vector256.Create(1.0 / 11));
        sum = Simd.Fma(sum, square, Vector256.Create(1.0 / 9));
        sum = Simd.Fma(sum, square, Vector256.Create(1.0 / 7));
        sum = Simd.Fma(sum, square, Vector256.Create(1.0 / 5));
        sum = Simd.Fma(sum, square, Vector256.Create(1.0 / 3));
        sum = Simd.Fma(sum, square, Vector256<double>.One);
        return Simd.Fma(e, Vector256.Create(0.6931471805599453), (s + s) * sum);
    }

    // For x in [0, pi/4].
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Sine(Vector256<double> x)
    {
        var square = x * x;
        var sum = Vector256.Create(-1.0 / 39916800);
        sum = Simd.Fma(sum, square, Vector256.Create(1.0 / 362880));
        sum = Simd.Fma(sum, square, Vector256.Create(-1.0 / 5040));
        sum = Simd.Fma(sum, square, Vector256.Create(1.0 / 120));
        sum = Simd.Fma(sum, square, Vector256.Create(-1.0 / 6));
        return Simd.Fma(sum * square, x, x);
    }

    // For x in [0, pi/4].
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Cosine(Vector256<double> x)
    {
        var square = x * x;
        var sum = Vector256.Create(1.0 / 479001600);
        sum = Simd.Fma(sum, square, Vector256.Create(-1.0 / 3628800));
        sum = Simd.Fma(sum, square, Vector256.Create(1.0 / 40320));
        sum = Simd.Fma(sum, square, Vector256.Create(-1.0 / 720));
        sum = Simd.Fma(sum, square, Vector256.Create(1.0 / 24));
        sum = Simd.Fma(sum, square, Vector256.Create(-0.5));
        return Simd.Fma(sum, square, Vector256<double>.One);
    }
}
