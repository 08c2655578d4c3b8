using System.Numerics;
using System.Runtime.CompilerServices;
using Etalon.Engine.Kernels.Vectors;

namespace Etalon.Engine.Kernels.Convolution;

/// <summary>
/// The transforms of F(4x4, 3x3) along one direction, for a vector of channels, each from numbers fromStep apart to numbers toStep apart.
/// </summary>
/// <remarks>
/// With the points 0, 1, -1, 2, -2 and infinity (Lavin and Gray 2016, <i>Fast Algorithms for Convolutional Neural Networks</i>, section
/// 4.3)
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
internal static unsafe class WinogradTransform<T, TVector>
    where T : unmanaged, IFloatingPointIeee754<T> where TVector : unmanaged, IVector<TVector, T>
{
    /// <summary>B^T: 6 inputs to 6.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input(T* from, nint fromStep, T* to, nint toStep)
    {
        TVector two = Splat(2), four = Splat(4), five = Splat(5);
        TVector d0 = TVector.Load(from), d1 = TVector.Load(from + fromStep), d2 = TVector.Load(from + 2 * fromStep);
        from += 3 * fromStep;
        TVector d3 = TVector.Load(from), d4 = TVector.Load(from + fromStep), d5 = TVector.Load(from + 2 * fromStep);
        TVector p = TVector.Fma(-four, d2, d4), q = TVector.Fma(-four, d1, d3), r = d4 - d2, s = d3 - d1;
        TVector.Fma(four, d0, TVector.Fma(-five, d2, d4)).Store(to);
        (p + q).Store(to + toStep);
        (p - q).Store(to + 2 * toStep);
        to += 3 * toStep;
        TVector.Fma(two, s, r).Store(to);
        TVector.Fma(-two, s, r).Store(to + toStep);
        TVector.Fma(four, d1, TVector.Fma(-five, d3, d5)).Store(to + 2 * toStep);
    }

    /// <summary>A^T: 6 products to 4 outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output(T* from, nint fromStep, T* to, nint toStep)
    {
        TVector two = Splat(2), four = Splat(4), eight = Splat(8);
        TVector m0 = TVector.Load(from), m1 = TVector.Load(from + fromStep), m2 = TVector.Load(from + 2 * fromStep);
        from += 3 * fromStep;
        TVector m3 = TVector.Load(from), m4 = TVector.Load(from + fromStep), m5 = TVector.Load(from + 2 * fromStep);
        TVector p = m1 + m2, q = m1 - m2, r = m3 + m4, s = m3 - m4;
        (m0 + p + r).Store(to);
        TVector.Fma(two, s, q).Store(to + toStep);
        to += 2 * toStep;
        TVector.Fma(four, r, p).Store(to);
        (TVector.Fma(eight, s, q) + m5).Store(to + toStep);
    }

    /// <summary>A: 4 output gradients to 6.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Gradient(T* from, nint fromStep, T* to, nint toStep)
    {
        TVector two = Splat(2), four = Splat(4);
        TVector g0 = TVector.Load(from), g1 = TVector.Load(from + fromStep);
        from += 2 * fromStep;
        TVector g2 = TVector.Load(from), g3 = TVector.Load(from + fromStep);
        TVector p = g0 + g2, q = g1 + g3, r = TVector.Fma(four, g2, g0), s = TVector.Fma(four, g3, g1);
        g0.Store(to);
        (p + q).Store(to + toStep);
        (p - q).Store(to + 2 * toStep);
        to += 3 * toStep;
        TVector.Fma(two, s, r).Store(to);
        TVector.Fma(-two, s, r).Store(to + toStep);
        g3.Store(to + 2 * toStep);
    }

    /// <summary>G: 3 weights to 6.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Weights(T* from, nint fromStep, T* to, nint toStep)
    {
        TVector quarter = Splat(1.0 / 4), sixth = Splat(1.0 / 6);
        TVector twelfth = Splat(1.0 / 12), twentyFourth = Splat(1.0 / 24);
        TVector w0 = TVector.Load(from), w1 = TVector.Load(from + fromStep), w2 = TVector.Load(from + 2 * fromStep);
        TVector p = w0 + w2, q = twentyFourth * w0 + sixth * w2;
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
        TVector quarter = Splat(1.0 / 4), sixth = Splat(1.0 / 6);
        TVector twelfth = Splat(1.0 / 12), twentyFourth = Splat(1.0 / 24);
        TVector u0 = TVector.Load(from), u1 = TVector.Load(from + fromStep), u2 = TVector.Load(from + 2 * fromStep);
        TVector u3 = TVector.Load(from + 3 * fromStep), u4 = TVector.Load(from + 4 * fromStep), u5 = TVector.Load(from + 5 * fromStep);
        TVector p = sixth * (u1 + u2), q = u3 + u4;
        (quarter * u0 - p + twentyFourth * q).Store(to);
        (sixth * (u2 - u1) + twelfth * (u3 - u4)).Store(to + toStep);
        (sixth * q - p + u5).Store(to + 2 * toStep);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Splat(double value) => TVector.Splat(T.CreateTruncating(value));
}
