using System.Numerics;

namespace Etalon.Engine.Kernels.Convolution;

/// <summary>A framed image written back densely.</summary>
internal static unsafe class FrameCopy
{
    /// <summary>y [height][width][channels] = the framed image, or += it.</summary>
    public static void Contribute<T>(in Frame frame, T* framed, bool add, T* y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        bool isPacked = frame.PixelStride == frame.Channels;
        int pieces = isPacked ? 1 : frame.Width, length = isPacked ? frame.Width * frame.Channels : frame.Channels;
        for (int row = 0; row < frame.Height; row++)
            for (int piece = 0; piece < pieces; piece++, y += length)
            {
                T* from = framed + frame.Origin + row * frame.RowStride + piece * frame.PixelStride;
                if (add) Rows.Add(from, length, y);
                else Rows.Copy(from, 1, length, length, y);
            }
    }
}
