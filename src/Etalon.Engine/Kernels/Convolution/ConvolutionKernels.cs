using System.Numerics;
using Etalon.Engine.Kernels.Vectors;

namespace Etalon.Engine.Kernels.Convolution;

/// <summary>Chooses a kernel for a convolution.</summary>
internal static class ConvolutionKernels
{
    /// <summary>The fastest kernel for <paramref name="shape"/>, or the direct one where <paramref name="direct"/> asks for it.</summary>
    /// <exception cref="ArgumentException">A size is not positive, or the kernel is larger than the padded image.</exception>
    public static ConvolutionKernel<T> Create<T>(ConvolutionShape shape, bool direct = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(shape);
        bool isWide = VectorWidth.IsWide && Math.Max(shape.InputChannels, shape.OutputChannels) > NarrowVector<T>.Count;
        return isWide ? Create<T, WideVector<T>>(shape, direct) : Create<T, NarrowVector<T>>(shape, direct);
    }

    /// <summary>The same with vectors of one width; results have the same bits in both.</summary>
    public static ConvolutionKernel<T> Create<T, TVector>(ConvolutionShape shape, bool direct)
        where T : unmanaged, IFloatingPointIeee754<T> where TVector : unmanaged, IVector<TVector, T> =>
        !direct && WinogradConvolution<T, TVector>.Supports(shape) && WinogradGain(shape) >= 1.2
            ? new WinogradConvolution<T, TVector>(shape)
            : new DirectConvolution<T, TVector>(shape);

    /// <summary>
    /// How many times as fast as direct Winograd is about: 4 (its saving of products) x the share of its tiles that is output
    /// x h / (h + 16), where h is the harmonic mean of the channels, since transforms cost as ci + co and products as ci co.
    /// </summary>
    /// <remarks>
    /// Fitted to float32: 8 channels give 1.3 (measured 1.1-1.6), 16 give 2 (1.8-2.1), 64 give 3.2 (2.5-2.9); 5x5 outputs give 1.25 at 64
    /// channels (1.1-1.3) and 0.8 at 16 (0.7-0.9); 3 input channels give 1.
    /// </remarks>
    private static double WinogradGain(ConvolutionShape shape)
    {
        double tiles = TileGrid.Across(shape.OutputHeight) * TileGrid.Across(shape.OutputWidth);
        double coverage = shape.OutputHeight * shape.OutputWidth / (tiles * TileGrid.Edge * TileGrid.Edge);
        double mean = 2.0 / (1.0 / shape.InputChannels + 1.0 / shape.OutputChannels);
        return 4 * coverage * mean / (mean + 16);
    }

    private static void Check(ConvolutionShape shape)
    {
        int smallest = new[]
        {
            shape.InputHeight, shape.InputWidth, shape.InputChannels, shape.OutputChannels,
            shape.KernelHeight, shape.KernelWidth, shape.Stride, shape.Padding + 1
        }.Min();
        if (smallest < 1)
            throw new ArgumentException($"{shape}: sizes and stride must be at least 1, padding at least 0.", nameof(shape));
        if (shape.KernelHeight > shape.InputHeight + 2 * shape.Padding || shape.KernelWidth > shape.InputWidth + 2 * shape.Padding)
            throw new ArgumentException(
                $"A {shape.KernelHeight}x{shape.KernelWidth} kernel does not fit into a {shape.InputHeight}x{shape.InputWidth} image "
                + $"with padding "
                + $"{shape.Padding}. Use a smaller kernel, a larger image or more padding.", nameof(shape));
    }
}
