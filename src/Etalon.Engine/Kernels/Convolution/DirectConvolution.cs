using System.Numerics;
using System.Runtime.CompilerServices;
using Etalon.Engine.Kernels.Vectors;

namespace Etalon.Engine.Kernels.Convolution;

/// <summary>
/// The convolution as its definition says: any kernel, stride, padding and number of channels.
/// </summary>
/// <remarks>
/// Forward and data gradient are <see cref="InnerProduct{T, TVector}"/> over lists of pixels, the weight gradient is
/// <see cref="OuterProduct{T, TVector}"/>; of a kernel of one pixel it is <see cref="PointWeightGradient{T, TVector}"/>, the only pass that
/// needs scratch. Packed weights are [block of output channels][tap][channel][lanes of a
/// block].
/// </remarks>
internal sealed unsafe class DirectConvolution<T, TVector> : ConvolutionKernel<T>
    where T : unmanaged, IFloatingPointIeee754<T> where TVector : unmanaged, IVector<TVector, T>
{
    // The weight gradient goes through this much of input and gradient with every row of sums before it goes on, so that both stay in
    // a 32 kB first-level cache; but through no fewer pixels than make loading and storing the sums cheap. Of 12, 16, 24 and 32 kB,
    // 24 was best at 16 channels (94 % of the peak) and at 64 (84 %).
    private const int ChunkBytes = 24 * 1024;
    private const int FewestChunkPixels = 48;

    private readonly SubConvolution _forward;
    private readonly SubConvolution[] _dataGradient;
    private readonly PixelOffsets[] _lines;
    private readonly int[] _rows;
    private readonly int _chunkLines;

    public DirectConvolution(ConvolutionShape shape) : base(shape)
    {
        int outputPixels = shape.OutputHeight * shape.OutputWidth;
        ImagesPerCall = Math.Clamp(192 / outputPixels, 1, 16);
        InputFrame = new Frame(
            shape.InputHeight,
            shape.InputWidth,
            shape.InputChannels,
            shape.Padding,
            shape.Padding,
            Math.Max(0, (shape.OutputHeight - 1) * shape.Stride + shape.KernelHeight - shape.Padding - shape.InputHeight),
            Math.Max(0, (shape.OutputWidth - 1) * shape.Stride + shape.KernelWidth - shape.Padding - shape.InputWidth),
            shape.InputChannels);
        // The weight gradient reads whole vectors of channels, so the frame has them.
        GradientFrame = new Frame(
            shape.OutputHeight,
            shape.OutputWidth,
            shape.OutputChannels,
            Math.Max(0, (shape.KernelHeight - 1 - shape.Padding) / shape.Stride),
            Math.Max(0, (shape.KernelWidth - 1 - shape.Padding) / shape.Stride),
            Math.Max(0, (shape.InputHeight - 1 + shape.Padding) / shape.Stride - (shape.OutputHeight - 1)),
            Math.Max(0, (shape.InputWidth - 1 + shape.Padding) / shape.Stride - (shape.OutputWidth - 1)),
            TVector.RoundUp(shape.OutputChannels));
        _forward = SubConvolution.Forward(shape, InputFrame, ImagesPerCall);
        _dataGradient = SubConvolution.DataGradient(shape, GradientFrame, ImagesPerCall);
        _lines = ListLines();
        _rows = ListRows();
        int pixelBytes = sizeof(T) * (shape.InputChannels + InnerProduct<T, TVector>.LanesOf(shape.OutputChannels));
        int chunkPixels = Math.Max(FewestChunkPixels, ChunkBytes / pixelBytes);
        _chunkLines = Math.Max(1, chunkPixels / shape.OutputWidth);
    }

    public override string Name => "direct";

    public override Frame InputFrame { get; }

    public override Frame GradientFrame { get; }

    /// <summary>As many as make about 200 output pixels, since a call wastes up to 5 of them on its last register block.</summary>
    public override int ImagesPerCall { get; }

    public override int PackedForwardLength => _forward.PackedLength<T, TVector>(Shape.OutputChannels);

    public override int PackedDataGradientLength => _dataGradient.Sum(phase => phase.PackedLength<T, TVector>(Shape.InputChannels));

    public override int ScratchLength => IsPoint ? PointWeightGradient<T, TVector>.ScratchLength : 0;

    private bool IsPoint => Shape is { KernelHeight: 1, KernelWidth: 1, Stride: 1, Padding: 0 };

    public override int AccumulatorLength => PackedForwardLength;

    public override void PackForward(T* weights, T* packed) =>
        _forward.Pack<T, TVector>(weights, packed, Shape.OutputChannels, 1, Shape.OutputChannels);

    public override void PackDataGradient(T* weights, T* packed)
    {
        foreach (SubConvolution phase in _dataGradient)
        {
            phase.Pack<T, TVector>(weights, packed, 1, Shape.OutputChannels, Shape.InputChannels);
            packed += phase.PackedLength<T, TVector>(Shape.InputChannels);
        }
    }

    public override void Forward(T* framedInput, T* packed, T* output, T* scratch, int images, in Prefetch<T> upcoming)
    {
        var fetched = upcoming;
        fetched.Add(output, (long)images * Shape.OutputLength);
        _forward.Run<T, TVector>(framedInput, packed, output, Shape.OutputChannels, images, fetched);
    }

    public override void DataGradient(T* framedGradient, T* packed, T* inputGradient, T* scratch, int images, in Prefetch<T> upcoming)
    {
        // Every phase writes pixels all over the images, so the first fetches them and the others what comes next.
        for (int i = 0; i < _dataGradient.Length; i++)
        {
            var fetched = _dataGradient.Length == 1 ? upcoming : i == 0 ? default : upcoming.Part(i - 1, _dataGradient.Length - 1);
            if (i == 0) fetched.Add(inputGradient, (long)images * Shape.InputLength);
            _dataGradient[i].Run<T, TVector>(framedGradient, packed, inputGradient, Shape.InputChannels, images, fetched);
            packed += _dataGradient[i].PackedLength<T, TVector>(Shape.InputChannels);
        }
    }

    /// <summary>The accumulator is [block of output channels][tap][input channel][lanes of a block].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void WeightGradient(T* framedInput, T* framedGradient, T* accumulator, T* scratch, int images, in Prefetch<T> upcoming)
    {
        if (IsPoint)
        {
            int pixels = images * Shape.OutputHeight * Shape.OutputWidth;
            upcoming.Fetch(0, 1, 1);
            PointWeightGradient<T, TVector>.Add(
                framedInput, Shape.InputChannels, framedGradient, GradientFrame.PixelStride, Shape.OutputChannels, pixels, accumulator,
                scratch);
            return;
        }
        int lanes = InnerProduct<T, TVector>.LanesOf(Shape.OutputChannels);
        int count = images * Shape.OutputHeight;
        int readStep = Shape.Stride * InputFrame.PixelStride, writeStep = GradientFrame.PixelStride;
        fixed (PixelOffsets* starts = _lines)
        fixed (int* rows = _rows)
            for (int line = 0; line < count; line += _chunkLines)
            {
                upcoming.Fetch(line, Math.Min(line + _chunkLines, count), count);
                var lines = new PixelLines(
                    starts + line, Math.Min(_chunkLines, count - line), Shape.OutputWidth, readStep, writeStep);
                for (int first = 0; first < Shape.OutputChannels; first += lanes)
                    OuterProduct<T, TVector>.Add(
                        framedInput, framedGradient + first, lines, rows, _rows.Length,
                        accumulator + first * _rows.Length, lanes, Shape.OutputChannels - first);
            }
    }

    public override void FinishWeightGradient(T* accumulator, T* weightGradient)
    {
        int lanes = InnerProduct<T, TVector>.LanesOf(Shape.OutputChannels);
        for (int first = 0; first < Shape.OutputChannels; first += lanes)
            for (int row = 0; row < _rows.Length; row++, accumulator += lanes)
                Rows.Copy(
                    accumulator, 1, Math.Min(lanes, Shape.OutputChannels - first), lanes,
                    weightGradient + row * Shape.OutputChannels + first);
    }

    // The rows of the output images: where the taps of their first pixels begin, and where its gradient lies.
    private PixelOffsets[] ListLines() => PixelOffsets.List(
        ImagesPerCall,
        Shape.OutputHeight,
        1,
        new PixelWalk(0, InputFrame.Length, Shape.Stride * InputFrame.RowStride, 0),
        new PixelWalk(GradientFrame.Origin, GradientFrame.Length, GradientFrame.RowStride, 0));

    // The weight gradient's rows, in the order of the weights: (ky, kx, ci).
    private int[] ListRows() =>
    [
        .. from ky in Enumerable.Range(0, Shape.KernelHeight)
           from kx in Enumerable.Range(0, Shape.KernelWidth)
           from c in Enumerable.Range(0, Shape.InputChannels)
           select ky * InputFrame.RowStride + kx * InputFrame.PixelStride + c
    ];
}
