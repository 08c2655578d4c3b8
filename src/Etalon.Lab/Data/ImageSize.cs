namespace Etalon.Lab.Data;

/// <summary>The size of an image. Pixels lie in the order [height][width][channels].</summary>
/// <param name="Height">Rows of pixels.</param>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Channels">Numbers in a pixel: 1 for gray, 3 for red, green, blue.</param>
public readonly record struct ImageSize(int Height, int Width, int Channels)
{
    /// <summary>Numbers in one image: height x width x channels.</summary>
    public int Length => Height * Width * Channels;

    /// <inheritdoc/>
    public override string ToString() => $"{Height}x{Width}x{Channels}";
}
