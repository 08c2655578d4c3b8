using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Etalon.Engine.Kernels.Tokens;

/// <summary>Smooth gates, number by number: GELU in its form with tanh, and SiLU times a second signal (SwiGLU).</summary>
/// <remarks>Numbers behind the last whole vector go through a vector of their own, so that a number's bits do not depend on its
/// place.</remarks>
internal static unsafe class Gates
{
    // tanh(z) = 2 sigmoid(2 z) - 1, so that x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2 = x sigmoid(a x + b x^3).
    private const double A = 1.5957691216057308, B = 0.044715 * A;

    /// <summary>y = x sigmoid(a x + b x^3), a = 2 sqrt(2 / pi), b = 0.044715 a.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Gelu<T>(T* x, long count, T* y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int width = Vector256<T>.Count;
        long i = 0;
        for (; i <= count - width; i += width) Gelu(Vector256.Load(x + i)).Store(y + i);
        if (i < count) Store(Gelu(LoadFew(x + i, count - i)), y + i, count - i);
    }

    /// <summary>dx = g y'(x), or += it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void GeluGradient<T>(T* x, T* g, long count, bool add, T* dx) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int width = Vector256<T>.Count;
        long i = 0;
        for (; i <= count - width; i += width)
        {
            var d = Vector256.Load(g + i) * GeluSlope(Vector256.Load(x + i));
            (add ? Vector256.Load(dx + i) + d : d).Store(dx + i);
        }
        if (i == count) return;
        var last = LoadFew(g + i, count - i) * GeluSlope(LoadFew(x + i, count - i));
        Store(add ? LoadFew(dx + i, count - i) + last : last, dx + i, count - i);
    }

    /// <summary>y = u x sigmoid(x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void SwiGlu<T>(T* x, T* u, long count, T* y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int width = Vector256<T>.Count;
        long i = 0;
        for (; i <= count - width; i += width) (Vector256.Load(u + i) * Silu(Vector256.Load(x + i))).Store(y + i);
        if (i < count) Store(LoadFew(u + i, count - i) * Silu(LoadFew(x + i, count - i)), y + i, count - i);
    }

    /// <summary>dx = g u (sigmoid(x) + x sigmoid'(x)) in place of x's copy, du = g x sigmoid(x) in place of u's.</summary>
    /// <param name="x">[count]; receives dx.</param>
    /// <param name="u">[count]; receives du.</param>
    /// <param name="g">[count]: the gradient by y.</param>
    /// <param name="count">How many.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void SwiGluGradient<T>(T* x, T* u, T* g, long count) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int width = Vector256<T>.Count;
        long i = 0;
        for (; i <= count - width; i += width)
        {
            Vector256<T> at = Vector256.Load(x + i), of = Vector256.Load(g + i);
            (of * Vector256.Load(u + i) * SiluSlope(at)).Store(x + i);
            (of * Silu(at)).Store(u + i);
        }
        if (i == count) return;
        Vector256<T> last = LoadFew(x + i, count - i), gradient = LoadFew(g + i, count - i), up = LoadFew(u + i, count - i);
        Store(gradient * up * SiluSlope(last), x + i, count - i);
        Store(gradient * Silu(last), u + i, count - i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Gelu<T>(Vector256<T> x) where T : unmanaged, IFloatingPointIeee754<T> =>
        x * Exponential.Sigmoid(x * Simd.Fma(Simd.Splat<T>(B), x * x, Simd.Splat<T>(A)));

    // s + x s (1 - s) (a + 3 b x^2), with s the sigmoid.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> GeluSlope<T>(Vector256<T> x) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var square = x * x;
        var s = Exponential.Sigmoid(x * Simd.Fma(Simd.Splat<T>(B), square, Simd.Splat<T>(A)));
        var inner = Simd.Fma(Simd.Splat<T>(3 * B), square, Simd.Splat<T>(A));
        return Simd.Fma(x * inner, s * (Vector256<T>.One - s), s);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Silu<T>(Vector256<T> x) where T : unmanaged, IFloatingPointIeee754<T> => x * Exponential.Sigmoid(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> SiluSlope<T>(Vector256<T> x) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var s = Exponential.Sigmoid(x);
        return Simd.Fma(x, s * (Vector256<T>.One - s), s);
    }

    private static Vector256<T> LoadFew<T>(T* x, long count) where T : unmanaged
    {
        Vector256<T> few = default;
        new Span<T>(x, (int)count).CopyTo(new Span<T>(&few, Vector256<T>.Count));
        return few;
    }

    private static void Store<T>(Vector256<T> few, T* y, long count) where T : unmanaged =>
        new Span<T>(&few, (int)count).CopyTo(new Span<T>(y, (int)count));
}
