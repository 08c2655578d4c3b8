using System.Numerics;

namespace Etalon.Engine.Kernels.Convolution;

/// <summary>
/// One way to compute a convolution and its two gradients, for a few images at a time that lie framed in a worker's scratch.
/// </summary>
/// <remarks>
/// The caller frames the images (and applies a normalization on the way), so a kernel sees only dense numbers. Nothing here
/// allocates or knows of threads: a worker calls with scratch of its own, and results depend on the arguments alone. A kernel whose
/// products leave memory idle fetches what the caller will need next.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal abstract unsafe class ConvolutionKernel<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    protected ConvolutionKernel(ConvolutionShape shape) => Shape = shape;

    /// <summary>The sizes of the convolution.</summary>
    public ConvolutionShape Shape { get; }

    /// <summary>A word for reports: "direct" or "winograd".</summary>
    public abstract string Name { get; }

    /// <summary>How an input image is framed for <see cref="Forward"/> and <see cref="WeightGradient"/>.</summary>
    public abstract Frame InputFrame { get; }

    /// <summary>How the gradient of an output image is framed for <see cref="DataGradient"/> and <see cref="WeightGradient"/>.</summary>
    public abstract Frame GradientFrame { get; }

    /// <summary>How many images a call takes for best speed; a call with fewer is correct too.</summary>
    public abstract int ImagesPerCall { get; }

    /// <summary>Numbers in the weights as packed for <see cref="Forward"/>.</summary>
    public abstract int PackedForwardLength { get; }

    /// <summary>Numbers in the weights as packed for <see cref="DataGradient"/>.</summary>
    public abstract int PackedDataGradientLength { get; }

    /// <summary>Numbers of scratch that any call here needs, 64-byte aligned by the caller.</summary>
    public abstract int ScratchLength { get; }

    /// <summary>Numbers in the accumulator of <see cref="WeightGradient"/>.</summary>
    public abstract int AccumulatorLength { get; }

    /// <summary>Lays weights [ky][kx][ci][co] out for <see cref="Forward"/>; once per step.</summary>
    public abstract void PackForward(T* weights, T* packed);

    /// <summary>Lays weights [ky][kx][ci][co] out for <see cref="DataGradient"/>; once per step.</summary>
    public abstract void PackDataGradient(T* weights, T* packed);

    /// <summary>y = x * w: framed inputs [images] to dense outputs [images][oh][ow][co], which are overwritten.</summary>
    public abstract void Forward(T* framedInput, T* packed, T* output, T* scratch, int images, in Prefetch<T> upcoming);

    /// <summary>dx from dy: framed output gradients [images] to dense input gradients [images][h][w][ci], which are overwritten.</summary>
    public abstract void DataGradient(T* framedGradient, T* packed, T* inputGradient, T* scratch, int images, in Prefetch<T> upcoming);

    /// <summary>
    /// Adds the weight gradient of these images to the accumulator (all zero before the first call), in the kernel's own form.
    /// </summary>
    public abstract void WeightGradient(T* framedInput, T* framedGradient, T* accumulator, T* scratch, int images, in Prefetch<T> upcoming);

    /// <summary>Turns the accumulator into the weight gradient [ky][kx][ci][co], which is overwritten.</summary>
    public abstract void FinishWeightGradient(T* accumulator, T* weightGradient);
}
