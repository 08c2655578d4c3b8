using System.Runtime.CompilerServices;

namespace Etalon.Engine.Kernels.Convolution;

/// <summary>
/// The 4x4 tiles that cover the outputs of a 3x3 convolution of framed images: tile (i, j) reads the frame's rows 4i to 4i+5 and
/// columns 4j to 4j+5; the last tiles may stand over the edge of the output.
/// </summary>
/// <param name="Frame">How an image is framed; its margins reach as far as the last tiles read.</param>
/// <param name="OutputHeight">Rows of the output.</param>
/// <param name="OutputWidth">Columns of the output.</param>
/// <param name="OutputChannels">Channels of the output.</param>
internal readonly record struct TileGrid(Frame Frame, int OutputHeight, int OutputWidth, int OutputChannels)
{
    /// <summary>Outputs of a tile in each direction.</summary>
    public const int Edge = 4;

    /// <summary>Tiles one below another.</summary>
    public int Rows => Across(OutputHeight);

    /// <summary>Tiles side by side.</summary>
    public int Columns => Across(OutputWidth);

    /// <summary>Tiles of one image.</summary>
    public int PerImage => Rows * Columns;

    /// <summary>Numbers in one output image.</summary>
    public int OutputLength => OutputHeight * OutputWidth * OutputChannels;

    /// <summary>Tiles that cover <paramref name="outputs"/> outputs.</summary>
    public static int Across(int outputs) => (outputs + Edge - 1) / Edge;

    /// <summary>The image, and the tile's row and column in it, of a tile counted over several images.</summary>
    public (int Image, int Row, int Column) Locate(int tile)
    {
        (int image, int inImage) = Math.DivRem(tile, PerImage);
        (int row, int column) = Math.DivRem(inImage, Columns);
        return (image, row, column);
    }

    /// <summary>Where the next tile is; divisions for each tile cost 1 to 2 % of a pass at 16 channels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (int Image, int Row, int Column) Next(int image, int row, int column) =>
        column + 1 < Columns ? (image, row, column + 1) : row + 1 < Rows ? (image, row + 1, 0) : (image + 1, 0, 0);
}
