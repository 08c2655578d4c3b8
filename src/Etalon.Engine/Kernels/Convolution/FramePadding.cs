using System.Runtime.CompilerServices;

namespace Etalon.Engine.Kernels.Convolution;

/// <summary>The zeros around a framed image; scratch is shared by layers, so they are written for each image.</summary>
internal static unsafe class FramePadding
{
    /// <summary>Zeroes everything of a frame but its image's numbers (the whole frame where pixels have zeros behind them).</summary>
    public static void Clear<T>(in Frame frame, T* destination) where T : unmanaged
    {
        if (frame.IsDense) return;
        if (frame.PixelStride != frame.Channels)
        {
            Zero(destination, frame.Length);
            return;
        }
        int left = frame.Left * frame.PixelStride, inside = frame.Width * frame.PixelStride, right = frame.Right * frame.PixelStride;
        Zero(destination, frame.Top * frame.RowStride);
        T* row = destination + frame.Top * frame.RowStride;
        for (int y = 0; y < frame.Height; y++, row += frame.RowStride)
        {
            Zero(row, left);
            Zero(row + left + inside, right);
        }
        Zero(row, frame.Bottom * frame.RowStride);
    }

    private static void Zero<T>(T* destination, int count) where T : unmanaged =>
        Unsafe.InitBlockUnaligned(destination, 0, (uint)(count * sizeof(T)));
}
