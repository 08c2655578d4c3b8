using System.Numerics;
using Etalon.Engine.Kernels;

namespace Etalon.Engine;

/// <summary>
/// An image inside zero margins, as the convolution kernels read it from a worker's scratch:
/// [top + height + bottom][left + width + right][stride of a pixel], so that no kernel has an edge case.
/// </summary>
/// <param name="Height">Rows of the image.</param>
/// <param name="Width">Columns of the image.</param>
/// <param name="Channels">Channels of the image.</param>
/// <param name="Top">Zero rows above.</param>
/// <param name="Left">Zero columns before.</param>
/// <param name="Bottom">Zero rows below.</param>
/// <param name="Right">Zero columns after.</param>
/// <param name="PixelStride">Numbers from one pixel to the next: the channels, or more with zeros behind them.</param>
public readonly record struct Frame(
    int Height, int Width, int Channels, int Top, int Left, int Bottom, int Right, int PixelStride)
{
    /// <summary>Numbers from one row to the next.</summary>
    public int RowStride => (Left + Width + Right) * PixelStride;

    /// <summary>Numbers in the frame.</summary>
    public int Length => (Top + Height + Bottom) * RowStride;

    /// <summary>Whether the frame is the image and nothing else.</summary>
    public bool IsDense => (Top | Left | Bottom | Right) == 0 && PixelStride == Channels;

    /// <summary>An image without margins.</summary>
    public static Frame Dense(int height, int width, int channels) => new(height, width, channels, 0, 0, 0, 0, channels);

    /// <summary>Where the image's first pixel lies.</summary>
    public int Origin => Top * RowStride + Left * PixelStride;

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(Frame), PrintMembers);
}

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
