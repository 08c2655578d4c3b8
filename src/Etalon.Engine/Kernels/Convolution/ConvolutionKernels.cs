using System.Numerics;

namespace Etalon.Engine.Kernels.Convolution;

/// <summary>Chooses a kernel for a convolution.</summary>
internal static class ConvolutionKernels
{
    // Below this many channels on either side the transforms cost what the products save.
    private const int FewestChannels = 8;

    /// <summary>The fastest kernel for <paramref name="shape"/>, or the direct one where <paramref name="direct"/> asks for it.</summary>
    /// <exception cref="ArgumentException">A size is not positive, or the kernel is larger than the padded image.</exception>
    public static ConvolutionKernel<T> Create<T>(ConvolutionShape shape, bool direct = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(shape);
        bool winograd = !direct && WinogradConvolution<T>.Supports(shape)
            && Math.Min(shape.InputChannels, shape.OutputChannels) >= FewestChannels;
        return winograd ? new WinogradConvolution<T>(shape) : new DirectConvolution<T>(shape);
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
                $"A {shape.KernelHeight}x{shape.KernelWidth} kernel does not fit into a {shape.InputHeight}x{shape.InputWidth} image with padding "
                + $"{shape.Padding}. Use a smaller kernel, a larger image or more padding.", nameof(shape));
    }
}
