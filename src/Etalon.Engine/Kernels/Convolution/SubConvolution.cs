using System.Numerics;
using System.Runtime.CompilerServices;
using Etalon.Engine.Kernels.Vectors;

namespace Etalon.Engine.Kernels.Convolution;

/// <summary>
/// A set of pixels that share their taps: one inner product over them. A forward pass is one; the data gradient of stride s is s x s,
/// one for each phase (row, column modulo s) of the input, since pixels of one phase are reached by the same subset of taps.
/// </summary>
/// <remarks>
/// The taps of a kernel row that a pixel reads lie side by side in memory; where no padding channels part them they are one run of
/// (taps x channels) numbers, which keeps the innermost loop long for an image of 3 channels.
/// </remarks>
internal sealed unsafe class SubConvolution
{
    // Eight register blocks: some microseconds of work, in which a few dozen cache lines arrive.
    private const int PixelsPerFetch = 8 * 6;

    private readonly int[] _taps;
    private readonly int[] _runs;
    private readonly int _depth;
    private readonly int _pixelsPerImage;

    private SubConvolution(Frame frame, Axis rows, Axis columns, int kernelWidth, PixelOffsets[] pixels, int images)
    {
        Pixels = pixels;
        _pixelsPerImage = pixels.Length / images;
        Channels = frame.Channels;
        _taps = [.. from row in rows.Taps from column in columns.Taps select row.Kernel * kernelWidth + column.Kernel];
        bool dense = frame.PixelStride == frame.Channels && columns.Taps.Length > 0;
        _runs =
        [
            .. from row in rows.Taps
               from column in dense ? columns.Taps[..1] : columns.Taps
               select row.Position * frame.RowStride + column.Position * frame.PixelStride
        ];
        _depth = dense ? columns.Taps.Length * frame.Channels : frame.Channels;
    }

    /// <summary>Channels of the image that is read.</summary>
    private int Channels { get; }

    /// <summary>The pixels of as many images as a call takes, image by image.</summary>
    public PixelOffsets[] Pixels { get; }

    /// <summary>Numbers in the packed weights for an output of <paramref name="channels"/>.</summary>
    public int PackedLength<T, TVector>(int channels)
        where T : unmanaged, IFloatingPointIeee754<T> where TVector : unmanaged, IVector<TVector, T> =>
        InnerProduct<T, TVector>.Blocks(channels) * InnerProduct<T, TVector>.LanesOf(channels) * _taps.Length * Channels;

    /// <summary>The forward pass: every tap for every output pixel, from <paramref name="frame"/> to dense images.</summary>
    public static SubConvolution Forward(ConvolutionShape shape, Frame frame, int images)
    {
        var read = new PixelWalk(0, frame.Length, shape.Stride * frame.RowStride, shape.Stride * frame.PixelStride);
        var write = new PixelWalk(0, shape.OutputLength, shape.OutputWidth * shape.OutputChannels, shape.OutputChannels);
        PixelOffsets[] pixels = PixelOffsets.List(images, shape.OutputHeight, shape.OutputWidth, read, write);
        return new SubConvolution(
            frame, Axis.Forward(shape.KernelHeight), Axis.Forward(shape.KernelWidth), shape.KernelWidth, pixels, images);
    }

    /// <summary>
    /// The data gradient: dx(iy, ix, ci) = sum over the taps (ky, kx) for which s divides iy + padding - ky and ix + padding - kx
    /// of dy((iy + padding - ky) / s, (ix + padding - kx) / s, co) w(ky, kx, ci, co), one phase after another.
    /// </summary>
    public static SubConvolution[] DataGradient(ConvolutionShape shape, Frame frame, int images)
    {
        int stride = shape.Stride;
        int rowStep = shape.InputWidth * shape.InputChannels;
        var phases = new List<SubConvolution>();
        for (int row = 0; row < Math.Min(stride, shape.InputHeight); row++)
            for (int column = 0; column < Math.Min(stride, shape.InputWidth); column++)
            {
                var read = new PixelWalk(0, frame.Length, frame.RowStride, frame.PixelStride);
                var write = new PixelWalk(
                    row * rowStep + column * shape.InputChannels, shape.InputLength, stride * rowStep, stride * shape.InputChannels);
                int rows = (shape.InputHeight - row + stride - 1) / stride;
                int columns = (shape.InputWidth - column + stride - 1) / stride;
                phases.Add(new SubConvolution(
                    frame,
                    Axis.DataGradient(shape.KernelHeight, stride, row + shape.Padding, frame.Top),
                    Axis.DataGradient(shape.KernelWidth, stride, column + shape.Padding, frame.Left),
                    shape.KernelWidth,
                    PixelOffsets.List(images, rows, columns, read, write),
                    images));
            }
        return [.. phases];
    }

    /// <summary>
    /// Lays weights out as [block of output channels][tap][channel][lanes of a block], zeros behind the last channel.
    /// <paramref name="channelStep"/> and <paramref name="outputStep"/> say how the weights of a tap lie in [ky][kx][ci][co].
    /// </summary>
    public void Pack<T, TVector>(T* weights, T* packed, int channelStep, int outputStep, int outputs)
        where T : unmanaged, IFloatingPointIeee754<T> where TVector : unmanaged, IVector<TVector, T>
    {
        int lanes = InnerProduct<T, TVector>.LanesOf(outputs);
        int tapLength = Channels * outputs;
        for (int first = 0; first < outputs; first += lanes)
            foreach (int tap in _taps)
                for (int c = 0; c < Channels; c++, packed += lanes)
                    for (int lane = 0; lane < lanes; lane++)
                        packed[lane] = first + lane < outputs
                            ? weights[tap * tapLength + c * channelStep + (first + lane) * outputStep]
                            : T.Zero;
    }

    /// <summary>Computes all pixels of <paramref name="images"/> images, and fetches what is upcoming meanwhile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<T, TVector>(T* input, T* packed, T* output, int outputs, int images, in Prefetch<T> upcoming)
        where T : unmanaged, IFloatingPointIeee754<T> where TVector : unmanaged, IVector<TVector, T>
    {
        int lanes = InnerProduct<T, TVector>.LanesOf(outputs), count = images * _pixelsPerImage;
        int all = InnerProduct<T, TVector>.Blocks(outputs) * count;
        int done = 0;
        fixed (PixelOffsets* pixels = Pixels)
        fixed (int* runs = _runs)
            for (int first = 0; first < outputs; first += lanes, packed += _taps.Length * Channels * lanes)
                for (int pixel = 0; pixel < count; pixel += PixelsPerFetch)
                {
                    int taken = Math.Min(PixelsPerFetch, count - pixel);
                    upcoming.Fetch(done, done + taken, all);
                    done += taken;
                    InnerProduct<T, TVector>.Run(
                        input, pixels + pixel, taken, runs, _runs.Length, _depth, packed, lanes, output + first,
                        Math.Min(lanes, outputs - first));
                }
    }

    /// <summary>The taps along one direction, in the order of the positions that they read from.</summary>
    /// <param name="Taps">Index in the kernel, and position from a pixel's own in the frame.</param>
    private readonly record struct Axis((int Kernel, int Position)[] Taps)
    {
        public static Axis Forward(int kernel) => new([.. from k in Enumerable.Range(0, kernel) select (k, k)]);

        // Ascending positions are descending k; shift is phase + padding.
        public static Axis DataGradient(int kernel, int stride, int shift, int margin) => new(
        [
            .. from k in Enumerable.Range(0, kernel).Reverse()
               where (shift - k) % stride == 0
               select (k, margin + (shift - k) / stride)
        ]);
    }
}
