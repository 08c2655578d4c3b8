using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Etalon.Engine.Kernels.Convolution;

/// <summary>
/// The transforms of F(4x4, 3x3) along one direction, for a vector of channels, each from numbers fromStep apart to numbers toStep apart.
/// </summary>
/// <remarks>
/// With the points 0, 1, -1, 2, -2 and infinity (Lavin and Gray 2016, <i>Fast Algorithms for Convolutional Neural Networks</i>, section 4.3)
/// <code>
///        4  0 -5  0  1  0          1/4    0     0
///        0 -4 -4  1  1  0         -1/6  -1/6  -1/6          1  1  1  1  1  0
/// B^T =  0  4 -4 -1  1  0     G = -1/6   1/6  -1/6   A^T =  0  1 -1  2 -2  0
///        0 -2 -1  2  1  0         1/24  1/12   1/6          0  1  1  4  4  0
///        0  2 -1 -2  1  0         1/24 -1/12   1/6          0  1 -1  8 -8  1
///        0  4  0 -5  0  1           0     0     1
/// </code>
/// a tile of 4x4 outputs is Y = A^T [(G w G^T) o (B^T d B)] A for 6x6 inputs d, with o the product by elements. Its derivative gives
/// dw = G^T [(A dY A^T) o (B^T d B)] G.
/// </remarks>
internal static unsafe class WinogradTransform<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>B^T: 6 inputs to 6.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input(T* from, nint fromStep, T* to, nint toStep)
    {
        Vector256<T> two = Simd.Splat<T>(2), four = Simd.Splat<T>(4), five = Simd.Splat<T>(5);
        Vector256<T> d0 = Vector256.Load(from), d1 = Vector256.Load(from + fromStep), d2 = Vector256.Load(from + 2 * fromStep);
        from += 3 * fromStep;
        Vector256<T> d3 = Vector256.Load(from), d4 = Vector256.Load(from + fromStep), d5 = Vector256.Load(from + 2 * fromStep);
        Vector256<T> p = Simd.Fma(-four, d2, d4), q = Simd.Fma(-four, d1, d3), r = d4 - d2, s = d3 - d1;
        Simd.Fma(four, d0, Simd.Fma(-five, d2, d4)).Store(to);
        (p + q).Store(to + toStep);
        (p - q).Store(to + 2 * toStep);
        to += 3 * toStep;
        Simd.Fma(two, s, r).Store(to);
        Simd.Fma(-two, s, r).Store(to + toStep);
        Simd.Fma(four, d1, Simd.Fma(-five, d3, d5)).Store(to + 2 * toStep);
    }

    /// <summary>A^T: 6 products to 4 outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output(T* from, nint fromStep, T* to, nint toStep)
    {
        Vector256<T> two = Simd.Splat<T>(2), four = Simd.Splat<T>(4), eight = Simd.Splat<T>(8);
        Vector256<T> m0 = Vector256.Load(from), m1 = Vector256.Load(from + fromStep), m2 = Vector256.Load(from + 2 * fromStep);
        from += 3 * fromStep;
        Vector256<T> m3 = Vector256.Load(from), m4 = Vector256.Load(from + fromStep), m5 = Vector256.Load(from + 2 * fromStep);
        Vector256<T> p = m1 + m2, q = m1 - m2, r = m3 + m4, s = m3 - m4;
        (m0 + p + r).Store(to);
        Simd.Fma(two, s, q).Store(to + toStep);
        to += 2 * toStep;
        Simd.Fma(four, r, p).Store(to);
        (Simd.Fma(eight, s, q) + m5).Store(to + toStep);
    }

    /// <summary>A: 4 output gradients to 6.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Gradient(T* from, nint fromStep, T* to, nint toStep)
    {
        Vector256<T> two = Simd.Splat<T>(2), four = Simd.Splat<T>(4);
        Vector256<T> g0 = Vector256.Load(from), g1 = Vector256.Load(from + fromStep);
        from += 2 * fromStep;
        Vector256<T> g2 = Vector256.Load(from), g3 = Vector256.Load(from + fromStep);
        Vector256<T> p = g0 + g2, q = g1 + g3, r = Simd.Fma(four, g2, g0), s = Simd.Fma(four, g3, g1);
        g0.Store(to);
        (p + q).Store(to + toStep);
        (p - q).Store(to + 2 * toStep);
        to += 3 * toStep;
        Simd.Fma(two, s, r).Store(to);
        Simd.Fma(-two, s, r).Store(to + toStep);
        g3.Store(to + 2 * toStep);
    }

    /// <summary>G: 3 weights to 6.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Weights(T* from, nint fromStep, T* to, nint toStep)
    {
        Vector256<T> quarter = Simd.Splat<T>(1.0 / 4), sixth = Simd.Splat<T>(1.0 / 6);
        Vector256<T> twelfth = Simd.Splat<T>(1.0 / 12), twentyFourth = Simd.Splat<T>(1.0 / 24);
        Vector256<T> w0 = Vector256.Load(from), w1 = Vector256.Load(from + fromStep), w2 = Vector256.Load(from + 2 * fromStep);
        Vector256<T> p = w0 + w2, q = twentyFourth * w0 + sixth * w2;
        (quarter * w0).Store(to);
        (-sixth * (p + w1)).Store(to + toStep);
        (-sixth * (p - w1)).Store(to + 2 * toStep);
        (q + twelfth * w1).Store(to + 3 * toStep);
        (q - twelfth * w1).Store(to + 4 * toStep);
        w2.Store(to + 5 * toStep);
    }

    /// <summary>G^T: 6 products to 3 weight gradients.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WeightGradient(T* from, nint fromStep, T* to, nint toStep)
    {
        Vector256<T> quarter = Simd.Splat<T>(1.0 / 4), sixth = Simd.Splat<T>(1.0 / 6);
        Vector256<T> twelfth = Simd.Splat<T>(1.0 / 12), twentyFourth = Simd.Splat<T>(1.0 / 24);
        Vector256<T> u0 = Vector256.Load(from), u1 = Vector256.Load(from + fromStep), u2 = Vector256.Load(from + 2 * fromStep);
        Vector256<T> u3 = Vector256.Load(from + 3 * fromStep), u4 = Vector256.Load(from + 4 * fromStep), u5 = Vector256.Load(from + 5 * fromStep);
        Vector256<T> p = sixth * (u1 + u2), q = u3 + u4;
        (quarter * u0 - p + twentyFourth * q).Store(to);
        (sixth * (u2 - u1) + twelfth * (u3 - u4)).Store(to + toStep);
        (sixth * q - p + u5).Store(to + 2 * toStep);
    }
}
