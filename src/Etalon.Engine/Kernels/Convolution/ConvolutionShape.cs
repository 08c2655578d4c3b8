namespace Etalon.Engine;

/// <summary>
/// The sizes of a convolution (a cross-correlation, as in every framework): x [n][h][w][ci] with weights [ky][kx][ci][co] gives
/// y [n][oh][ow][co], y(oy, ox, co) = sum over ky, kx, ci of x(oy stride + ky - padding, ox stride + kx - padding, ci) w(ky, kx, ci, co).
/// </summary>
public readonly record struct ConvolutionShape(
    int InputHeight,
    int InputWidth,
    int InputChannels,
    int OutputChannels,
    int KernelHeight,
    int KernelWidth,
    int Stride,
    int Padding)
{
    /// <summary>Rows of the output: (h + 2 padding - kh) / stride + 1, rounded down.</summary>
    public int OutputHeight => (InputHeight + 2 * Padding - KernelHeight) / Stride + 1;

    /// <summary>Columns of the output: (w + 2 padding - kw) / stride + 1, rounded down.</summary>
    public int OutputWidth => (InputWidth + 2 * Padding - KernelWidth) / Stride + 1;

    /// <summary>Numbers in the weights: kh kw ci co.</summary>
    public int WeightCount => KernelHeight * KernelWidth * InputChannels * OutputChannels;

    /// <summary>Numbers in one input image.</summary>
    public int InputLength => InputHeight * InputWidth * InputChannels;

    /// <summary>Numbers in one output image.</summary>
    public int OutputLength => OutputHeight * OutputWidth * OutputChannels;

    /// <summary>Multiply-adds of one pass over one image, in the direct form.</summary>
    public long MultiplyAdds => (long)OutputHeight * OutputWidth * WeightCount;

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(ConvolutionShape), PrintMembers);
}
