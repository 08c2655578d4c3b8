namespace Etalon.Engine.Kernels.Convolution;

/// <summary>
/// Where a product reads and where it writes (or reads its second operand) for one pixel: offsets in numbers.
/// </summary>
/// <remarks>
/// The products take their pixels from a list, not from a loop over rows and columns: a block of 6 pixels then runs over the ends of
/// rows and images, so 8, 16 and 32 columns waste nothing, and strides, 1x1 kernels and the phases of a strided data gradient need
/// no code of their own. The list costs two loads in a hundred.
/// </remarks>
internal readonly record struct PixelOffsets(int Read, int Write)
{
    /// <summary>The pixels of <paramref name="images"/> images of rows x columns, in the order of memory.</summary>
    public static PixelOffsets[] List(int images, int rows, int columns, PixelWalk read, PixelWalk write)
    {
        var pairs = new PixelOffsets[images * rows * columns];
        int n = 0;
        for (int image = 0; image < images; image++)
            for (int row = 0; row < rows; row++)
                for (int column = 0; column < columns; column++)
                    pairs[n++] = new PixelOffsets(read.At(image, row, column), write.At(image, row, column));
        return pairs;
    }
}
