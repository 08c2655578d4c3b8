using System.Numerics;
using System.Runtime.CompilerServices;
using Etalon.Engine.Kernels.Vectors;

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
        static abstract TVector Apply<TVector>(TVector x, TVector a, TVector b) where TVector : unmanaged, IVector<TVector, T>;

        static abstract T Apply(T x, T a, T b);
    }

    /// <summary>max(x, 0).</summary>
    public readonly struct Rectify<T> : IOperation<T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply<TVector>(TVector x, TVector a, TVector b) where TVector : unmanaged, IVector<TVector, T> =>
            TVector.Max(x, default);

        public static T Apply(T x, T a, T b) => T.Max(x, T.Zero);
    }

    /// <summary>a x + b.</summary>
    public readonly struct Affine<T> : IOperation<T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply<TVector>(TVector x, TVector a, TVector b) where TVector : unmanaged, IVector<TVector, T> =>
            TVector.Fma(a, x, b);

        public static T Apply(T x, T a, T b) => T.FusedMultiplyAdd(a, x, b);
    }

    /// <summary>max(a x + b, 0).</summary>
    public readonly struct AffineRectify<T> : IOperation<T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply<TVector>(TVector x, TVector a, TVector b) where TVector : unmanaged, IVector<TVector, T> =>
            TVector.Max(TVector.Fma(a, x, b), default);

        public static T Apply(T x, T a, T b) => T.Max(T.FusedMultiplyAdd(a, x, b), T.Zero);
    }

    /// <summary>y [pixels][stride of y] from x [pixels][channels]; a, b [channels] are read only by operations that use them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Map<T, TOperation>(T* x, T* a, T* b, int pixels, int channels, int strideOfY, T* y)
        where T : unmanaged, IFloatingPointIeee754<T> where TOperation : IOperation<T>
    {
        int c = VectorWidth.IsWide ? Map<T, TOperation, WideVector<T>>(x, a, b, 0, pixels, channels, strideOfY, y) : 0;
        c = Map<T, TOperation, NarrowVector<T>>(x, a, b, c, pixels, channels, strideOfY, y);
        for (; c < channels; c++)
            for (int p = 0; p < pixels; p++)
                y[p * strideOfY + c] = TOperation.Apply(x[p * channels + c], a == null ? default : a[c], b == null ? default : b[c]);
    }

    /// <summary>The whole vectors of channels from <paramref name="c"/> on.</summary>
    /// <returns>The first channel behind them.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static int Map<T, TOperation, TVector>(T* x, T* a, T* b, int c, int pixels, int channels, int strideOfY, T* y)
        where T : unmanaged, IFloatingPointIeee754<T> where TOperation : IOperation<T> where TVector : unmanaged, IVector<TVector, T>
    {
        for (; c <= channels - TVector.Count; c += TVector.Count)
        {
            TVector va = a == null ? default : TVector.Load(a + c), vb = b == null ? default : TVector.Load(b + c);
            T* from = x + c, to = y + c;
            for (int p = 0; p < pixels; p++, from += channels, to += strideOfY) TOperation.Apply(TVector.Load(from), va, vb).Store(to);
        }
        return c;
    }

    /// <summary>
    /// y [pixels][stride of y] += a g + b x + c, with g, x [pixels][channels]; overwritten unless <paramref name="add"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void LoadNormalizationGradient<T>(
        T* g, T* x, in GradientMap<T> map, int pixels, int channels, int strideOfY, bool add, T* y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int i = VectorWidth.IsWide ? LoadNormalizationGradient<T, WideVector<T>>(g, x, map, 0, pixels, channels, strideOfY, add, y) : 0;
        i = LoadNormalizationGradient<T, NarrowVector<T>>(g, x, map, i, pixels, channels, strideOfY, add, y);
        for (; i < channels; i++)
            for (int p = 0; p < pixels; p++)
            {
                T value = T.FusedMultiplyAdd(
                    map.OfGradient[i], g[p * channels + i], T.FusedMultiplyAdd(map.OfInput[i], x[p * channels + i], map.Constant[i]));
                y[p * strideOfY + i] = add ? value + y[p * strideOfY + i] : value;
            }
    }

    /// <summary>The whole vectors of channels from <paramref name="i"/> on.</summary>
    /// <returns>The first channel behind them.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static int LoadNormalizationGradient<T, TVector>(
        T* g, T* x, in GradientMap<T> map, int i, int pixels, int channels, int strideOfY, bool add, T* y)
        where T : unmanaged, IFloatingPointIeee754<T> where TVector : unmanaged, IVector<TVector, T>
    {
        for (; i <= channels - TVector.Count; i += TVector.Count)
        {
            TVector a = TVector.Load(map.OfGradient + i), b = TVector.Load(map.OfInput + i), c = TVector.Load(map.Constant + i);
            T* fromG = g + i, fromX = x + i, to = y + i;
            for (int p = 0; p < pixels; p++, fromG += channels, fromX += channels, to += strideOfY)
            {
                var value = TVector.Fma(a, TVector.Load(fromG), TVector.Fma(b, TVector.Load(fromX), c));
                (add ? value + TVector.Load(to) : value).Store(to);
            }
        }
        return i;
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
        int i = VectorWidth.IsWide ? Add<T, WideVector<T>>(x, 0, count, y) : 0;
        for (i = Add<T, NarrowVector<T>>(x, i, count, y); i < count; i++) y[i] += x[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Add<T, TVector>(T* x, int i, int count, T* y)
        where T : unmanaged, IFloatingPointIeee754<T> where TVector : unmanaged, IVector<TVector, T>
    {
        for (; i <= count - TVector.Count; i += TVector.Count) (TVector.Load(y + i) + TVector.Load(x + i)).Store(y + i);
        return i;
    }
}
