using System.Numerics;
using System.Runtime.Intrinsics;

namespace Etalon.Engine.Kernels;

/// <summary>Pooling of one image and its backward pass; x [h][w][c], y [oh][ow][c].</summary>
internal static unsafe class PoolingKernels
{
    /// <summary>y = mean of x over each window.</summary>
    public static void Mean<T>(T* x, in PoolingShape shape, T* y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        T scale = T.One / T.CreateTruncating(shape.Height * shape.Width);
        for (int row = 0; row < shape.OutputHeight; row++)
            for (int column = 0; column < shape.OutputWidth; column++, y += shape.Channels)
            {
                T* window = x + shape.WindowOf(row, column);
                Rows.Copy(window, 1, shape.Channels, shape.Channels, y);
                for (int at = 1; at < shape.Height * shape.Width; at++)
                    Rows.Add(window + shape.Within(at / shape.Width, at % shape.Width), shape.Channels, y);
                for (int c = 0; c < shape.Channels; c++) y[c] *= scale;
            }
    }

    /// <summary>dx += dy / window's size, over each window.</summary>
    public static void MeanGradient<T>(T* dy, in PoolingShape shape, T* dx) where T : unmanaged, IFloatingPointIeee754<T>
    {
        T scale = T.One / T.CreateTruncating(shape.Height * shape.Width);
        for (int row = 0; row < shape.OutputHeight; row++)
            for (int column = 0; column < shape.OutputWidth; column++, dy += shape.Channels)
            {
                for (int c = 0; c < shape.Channels; c++) dy[c] *= scale;
                T* window = dx + shape.WindowOf(row, column);
                for (int at = 0; at < shape.Height * shape.Width; at++)
                    Rows.Add(dy, shape.Channels, window + shape.Within(at / shape.Width, at % shape.Width));
            }
    }

    /// <summary>y = largest x of each window.</summary>
    public static void Maximum<T>(T* x, in PoolingShape shape, T* y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int row = 0; row < shape.OutputHeight; row++)
            for (int column = 0; column < shape.OutputWidth; column++, y += shape.Channels)
            {
                T* window = x + shape.WindowOf(row, column);
                Rows.Copy(window, 1, shape.Channels, shape.Channels, y);
                for (int at = 1; at < shape.Height * shape.Width; at++)
                    KeepLarger(window + shape.Within(at / shape.Width, at % shape.Width), shape.Channels, y);
            }
    }

    private static void KeepLarger<T>(T* x, int count, T* y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int i = 0;
        for (; i <= count - Vector256<T>.Count; i += Vector256<T>.Count)
            Vector256.Store(Vector256.Max(Vector256.Load(y + i), Vector256.Load(x + i)), y + i);
        for (; i < count; i++) y[i] = T.Max(y[i], x[i]);
    }

    /// <summary>dx += dy at the first largest x of each window.</summary>
    public static void MaximumGradient<T>(T* x, T* dy, in PoolingShape shape, T* dx) where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int row = 0; row < shape.OutputHeight; row++)
            for (int column = 0; column < shape.OutputWidth; column++, dy += shape.Channels)
            {
                int window = shape.WindowOf(row, column);
                for (int c = 0; c < shape.Channels; c++)
                {
                    int best = window + c;
                    for (int at = 1; at < shape.Height * shape.Width; at++)
                    {
                        int other = window + shape.Within(at / shape.Width, at % shape.Width) + c;
                        if (x[other] > x[best]) best = other;
                    }
                    dx[best] += dy[c];
                }
            }
    }
}
