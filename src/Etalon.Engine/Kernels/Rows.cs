using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Etalon.Engine.Kernels;

/// <summary>
/// A row of pixels with channels, read through a map z = scale x + shift per channel, and ReLU. The vector loop is written once; what
/// happens to a number is the operation.
/// </summary>
internal static unsafe class Rows
{
    /// <summary>What happens to a number x of a channel with coefficients a, b.</summary>
    public interface IOperation<T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        static abstract Vector256<T> Apply(Vector256<T> x, Vector256<T> a, Vector256<T> b);
        static abstract T Apply(T x, T a, T b);
    }

    /// <summary>max(x, 0).</summary>
    public readonly struct Rectify<T> : IOperation<T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        public static Vector256<T> Apply(Vector256<T> x, Vector256<T> a, Vector256<T> b) => Vector256.Max(x, Vector256<T>.Zero);
        public static T Apply(T x, T a, T b) => T.Max(x, T.Zero);
    }

    /// <summary>a x + b.</summary>
    public readonly struct Affine<T> : IOperation<T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        public static Vector256<T> Apply(Vector256<T> x, Vector256<T> a, Vector256<T> b) => Simd.Fma(a, x, b);
        public static T Apply(T x, T a, T b) => T.FusedMultiplyAdd(a, x, b);
    }

    /// <summary>max(a x + b, 0).</summary>
    public readonly struct AffineRectify<T> : IOperation<T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        public static Vector256<T> Apply(Vector256<T> x, Vector256<T> a, Vector256<T> b) => Vector256.Max(Simd.Fma(a, x, b), Vector256<T>.Zero);
        public static T Apply(T x, T a, T b) => T.Max(T.FusedMultiplyAdd(a, x, b), T.Zero);
    }

    /// <summary>y [pixels][stride of y] from x [pixels][channels]; a, b [channels] are read only by operations that use them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Map<T, TOperation>(T* x, T* a, T* b, int pixels, int channels, int strideOfY, T* y)
        where T : unmanaged, IFloatingPointIeee754<T> where TOperation : IOperation<T>
    {
        int c = 0;
        for (; c <= channels - Vector256<T>.Count; c += Vector256<T>.Count)
        {
            Vector256<T> va = a == null ? default : Vector256.Load(a + c), vb = b == null ? default : Vector256.Load(b + c);
            T* from = x + c, to = y + c;
            for (int p = 0; p < pixels; p++, from += channels, to += strideOfY)
                Vector256.Store(TOperation.Apply(Vector256.Load(from), va, vb), to);
        }
        for (; c < channels; c++)
            for (int p = 0; p < pixels; p++)
                y[p * strideOfY + c] = TOperation.Apply(x[p * channels + c], a == null ? default : a[c], b == null ? default : b[c]);
    }

    /// <summary>y [pixels][stride of y] += a g + b x + c, with g, x [pixels][channels]; overwritten unless <paramref name="add"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void LoadNormalizationGradient<T>(
        T* g, T* x, in GradientMap<T> map, int pixels, int channels, int strideOfY, bool add, T* y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int i = 0;
        for (; i <= channels - Vector256<T>.Count; i += Vector256<T>.Count)
        {
            Vector256<T> a = Vector256.Load(map.OfGradient + i), b = Vector256.Load(map.OfInput + i), c = Vector256.Load(map.Constant + i);
            T* fromG = g + i, fromX = x + i, to = y + i;
            for (int p = 0; p < pixels; p++, fromG += channels, fromX += channels, to += strideOfY)
            {
                var value = Simd.Fma(a, Vector256.Load(fromG), Simd.Fma(b, Vector256.Load(fromX), c));
                Vector256.Store(add ? value + Vector256.Load(to) : value, to);
            }
        }
        for (; i < channels; i++)
            for (int p = 0; p < pixels; p++)
            {
                T value = T.FusedMultiplyAdd(
                    map.OfGradient[i], g[p * channels + i], T.FusedMultiplyAdd(map.OfInput[i], x[p * channels + i], map.Constant[i]));
                y[p * strideOfY + i] = add ? value + y[p * strideOfY + i] : value;
            }
    }

    /// <summary>y [pixels][stride of y] = x [pixels][channels].</summary>
    public static void Copy<T>(T* x, int pixels, int channels, int strideOfY, T* y) where T : unmanaged
    {
        if (strideOfY == channels)
            Unsafe.CopyBlockUnaligned(y, x, (uint)(pixels * channels * sizeof(T)));
        else
            for (int p = 0; p < pixels; p++)
                Unsafe.CopyBlockUnaligned(y + p * strideOfY, x + p * channels, (uint)(channels * sizeof(T)));
    }

    /// <summary>y [pixels][stride of y] += x [pixels][channels].</summary>
    public static void AddStrided<T>(T* x, int pixels, int channels, int strideOfY, T* y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (strideOfY == channels)
            Add(x, pixels * channels, y);
        else
            for (int p = 0; p < pixels; p++) Add(x + p * channels, channels, y + p * strideOfY);
    }

    /// <summary>y += x over <paramref name="count"/> numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Add<T>(T* x, int count, T* y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int i = 0;
        for (; i <= count - Vector256<T>.Count; i += Vector256<T>.Count)
            Vector256.Store(Vector256.Load(y + i) + Vector256.Load(x + i), y + i);
        for (; i < count; i++) y[i] += x[i];
    }
}
