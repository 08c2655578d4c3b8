using System.Numerics;
using System.Runtime.CompilerServices;
using Etalon.Engine.Kernels.Vectors;

namespace Etalon.Engine.Kernels;

/// <summary>Pooling of one image and its backward pass; x [h][w][c], y [oh][ow][c].</summary>
/// <remarks>
/// Each goes through the windows with a vector of channels in registers. With one call per pixel of a window, and numbers one by one in the
/// backward pass, max pooling took 16 of 57 ms of a step of the plain network.
/// </remarks>
internal static unsafe class PoolingKernels
{
    /// <summary>y = mean of x over each window, summed row by row.</summary>
    public static void Mean<T>(T* x, in PoolingShape shape, T* y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int c = VectorWidth.IsWide ? Mean<T, WideVector<T>>(x, 0, shape, y) : 0;
        c = Mean<T, NarrowVector<T>>(x, c, shape, y);
        T scale = ScaleOf<T>(shape);
        for (; c < shape.Channels; c++)
            for (int output = 0; output < shape.OutputPixels; output++)
            {
                T* window = x + shape.WindowOf(output) + c;
                T sum = T.Zero;
                for (int at = 0; at < shape.WindowPixels; at++) sum += window[shape.Within(at)];
                y[output * shape.Channels + c] = sum * scale;
            }
    }

    /// <summary>The whole vectors of channels from <paramref name="c"/> on.</summary>
    /// <returns>The first channel behind them.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static int Mean<T, TVector>(T* x, int c, in PoolingShape shape, T* y)
        where T : unmanaged, IFloatingPointIeee754<T> where TVector : unmanaged, IVector<TVector, T>
    {
        var scale = TVector.Splat(ScaleOf<T>(shape));
        for (; c <= shape.Channels - TVector.Count; c += TVector.Count)
        {
            T* to = y + c;
            for (int output = 0; output < shape.OutputPixels; output++, to += shape.Channels)
            {
                TVector sum = default;
                T* line = x + shape.WindowOf(output) + c;
                for (int row = 0; row < shape.Height; row++, line += shape.RowStep)
                    for (T* pixel = line, end = line + shape.LineLength; pixel < end; pixel += shape.Channels) sum += TVector.Load(pixel);
                (sum * scale).Store(to);
            }
        }
        return c;
    }

    /// <summary>dx += dy / window's size, over each window.</summary>
    public static void MeanGradient<T>(T* dy, in PoolingShape shape, T* dx) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int c = VectorWidth.IsWide ? MeanGradient<T, WideVector<T>>(dy, 0, shape, dx) : 0;
        c = MeanGradient<T, NarrowVector<T>>(dy, c, shape, dx);
        T scale = ScaleOf<T>(shape);
        for (; c < shape.Channels; c++)
            for (int output = 0; output < shape.OutputPixels; output++)
            {
                T share = dy[output * shape.Channels + c] * scale;
                T* window = dx + shape.WindowOf(output) + c;
                for (int at = 0; at < shape.WindowPixels; at++) window[shape.Within(at)] += share;
            }
    }

    /// <summary>The whole vectors of channels from <paramref name="c"/> on.</summary>
    /// <returns>The first channel behind them.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static int MeanGradient<T, TVector>(T* dy, int c, in PoolingShape shape, T* dx)
        where T : unmanaged, IFloatingPointIeee754<T> where TVector : unmanaged, IVector<TVector, T>
    {
        var scale = TVector.Splat(ScaleOf<T>(shape));
        for (; c <= shape.Channels - TVector.Count; c += TVector.Count)
        {
            T* from = dy + c;
            for (int output = 0; output < shape.OutputPixels; output++, from += shape.Channels)
            {
                var share = TVector.Load(from) * scale;
                T* line = dx + shape.WindowOf(output) + c;
                for (int row = 0; row < shape.Height; row++, line += shape.RowStep)
                    for (T* pixel = line, end = line + shape.LineLength; pixel < end; pixel += shape.Channels)
                        (TVector.Load(pixel) + share).Store(pixel);
            }
        }
        return c;
    }

    /// <summary>y = largest x of each window.</summary>
    public static void Maximum<T>(T* x, in PoolingShape shape, T* y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int c = VectorWidth.IsWide ? Maximum<T, WideVector<T>>(x, 0, shape, y) : 0;
        c = Maximum<T, NarrowVector<T>>(x, c, shape, y);
        for (; c < shape.Channels; c++)
            for (int output = 0; output < shape.OutputPixels; output++)
            {
                T* window = x + shape.WindowOf(output) + c;
                T largest = *window;
                for (int at = 1; at < shape.WindowPixels; at++) largest = T.Max(largest, window[shape.Within(at)]);
                y[output * shape.Channels + c] = largest;
            }
    }

    /// <summary>The whole vectors of channels from <paramref name="c"/> on.</summary>
    /// <returns>The first channel behind them.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static int Maximum<T, TVector>(T* x, int c, in PoolingShape shape, T* y)
        where T : unmanaged, IFloatingPointIeee754<T> where TVector : unmanaged, IVector<TVector, T>
    {
        for (; c <= shape.Channels - TVector.Count; c += TVector.Count)
        {
            T* to = y + c;
            for (int output = 0; output < shape.OutputPixels; output++, to += shape.Channels)
                Largest<T, TVector>(x + shape.WindowOf(output) + c, shape).Store(to);
        }
        return c;
    }

    /// <summary>dx += dy at the first largest x of each window; NaN, which makes its window's output NaN, counts as the largest.</summary>
    public static void MaximumGradient<T>(T* x, T* dy, in PoolingShape shape, T* dx) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int c = VectorWidth.IsWide ? MaximumGradient<T, WideVector<T>>(x, dy, 0, shape, dx) : 0;
        c = MaximumGradient<T, NarrowVector<T>>(x, dy, c, shape, dx);
        for (; c < shape.Channels; c++)
            for (int output = 0; output < shape.OutputPixels; output++)
            {
                int window = shape.WindowOf(output) + c, best = window;
                for (int at = 1; at < shape.WindowPixels; at++)
                {
                    int other = window + shape.Within(at);
                    if (x[other] > x[best] || (T.IsNaN(x[other]) && !T.IsNaN(x[best]))) best = other;
                }
                dx[best] += dy[output * shape.Channels + c];
            }
    }

    /// <summary>The whole vectors of channels from <paramref name="c"/> on.</summary>
    /// <returns>The first channel behind them.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static int MaximumGradient<T, TVector>(T* x, T* dy, int c, in PoolingShape shape, T* dx)
        where T : unmanaged, IFloatingPointIeee754<T> where TVector : unmanaged, IVector<TVector, T>
    {
        for (; c <= shape.Channels - TVector.Count; c += TVector.Count)
        {
            T* from = dy + c;
            for (int output = 0; output < shape.OutputPixels; output++, from += shape.Channels)
            {
                int window = shape.WindowOf(output) + c;
                var largest = Largest<T, TVector>(x + window, shape);
                // What is not given yet: the first pixel that has the largest value, or NaN, takes all of it.
                var left = TVector.Load(from);
                for (int row = 0, line = window; row < shape.Height; row++, line += shape.RowStep)
                    for (int at = line; at < line + shape.LineLength; at += shape.Channels)
                    {
                        var value = TVector.Load(x + at);
                        (TVector.Load(dx + at) + TVector.WhereIsOrNaN(left, value, largest)).Store(dx + at);
                        left = TVector.WhereIsNeither(left, value, largest);
                    }
            }
        }
        return c;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Largest<T, TVector>(T* window, in PoolingShape shape)
        where T : unmanaged, IFloatingPointIeee754<T> where TVector : unmanaged, IVector<TVector, T>
    {
        var largest = TVector.Load(window);
        for (int row = 0; row < shape.Height; row++, window += shape.RowStep)
            for (T* pixel = window, end = window + shape.LineLength; pixel < end; pixel += shape.Channels)
                largest = TVector.Max(largest, TVector.Load(pixel));
        return largest;
    }

    private static T ScaleOf<T>(in PoolingShape shape) where T : unmanaged, IFloatingPointIeee754<T> =>
        T.One / T.CreateTruncating(shape.WindowPixels);
}

/// <summary>
/// The sizes of a pooling: input [..][input width][channels], windows of height x width, output [output height][output width][channels].
/// </summary>
internal readonly record struct PoolingShape(int InputWidth, int Channels, int Height, int Width, int Stride, int OutputHeight,
    int OutputWidth)
{
    /// <summary>Pixels of an output image.</summary>
    public int OutputPixels => OutputHeight * OutputWidth;

    /// <summary>Pixels of a window.</summary>
    public int WindowPixels => Height * Width;

    /// <summary>Numbers from a row of the input to the next.</summary>
    public int RowStep => InputWidth * Channels;

    /// <summary>Numbers in a row of a window.</summary>
    public int LineLength => Width * Channels;

    /// <summary>Numbers before the window of an output pixel.</summary>
    public int WindowOf(int output)
    {
        (int row, int column) = Math.DivRem(output, OutputWidth);
        return (row * RowStep + column * Channels) * Stride;
    }

    /// <summary>Numbers from a window's first pixel to another, counted row by row.</summary>
    public int Within(int pixel)
    {
        (int row, int column) = Math.DivRem(pixel, Width);
        return row * RowStep + column * Channels;
    }
}
