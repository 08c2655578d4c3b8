using System.Numerics;
using Etalon.Engine.Kernels;
using Etalon.Engine.Symmetry;

namespace Etalon.Engine;

/// <summary>
/// Pooling over windows of size x size with a stride: the largest value or the mean of each channel. Windows lie inside the image;
/// rows and columns that do not fill a window are left out.
/// </summary>
/// <remarks>The mean over the whole image is global average pooling. Where values tie for the largest, the first takes the
/// gradient. NaN counts as the largest.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class Pooling<T> : Layer<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly bool _isMaximum;
    private readonly PoolingShape _shape;
    private readonly Signal<T> _input;
    private readonly Action<int, int> _forwardChunk, _backwardChunk;
    private Pass<T> _pass = null!;

    internal Pooling(string name, Signal<T> input, bool isMaximum, int height, int width, int stride) : base(name, [input])
    {
        var from = input.Map;
        if (height < 1 || width < 1 || stride < 1 || height > from.Height || width > from.Width)
            throw new ArgumentException(
                $"layer '{name}': a window of {height}x{width} with stride {stride} does not fit an image of {from.Height}x{from.Width}",
                nameof(height));
        (_input, _isMaximum) = (input, isMaximum);
        _shape = new PoolingShape(from.Width, from.Channels, height, width, stride, (from.Height - height) / stride + 1,
            (from.Width - width) / stride + 1);
        Map = new FeatureMap<T>(name, _shape.OutputHeight, _shape.OutputWidth, from.Channels, this);
        Output = new Signal<T>(Map);
        input.IsConsumedBy(this);
        (_forwardChunk, _backwardChunk) = (ForwardChunk, BackwardChunk);
    }

    /// <inheritdoc/>
    public override string Kind => _isMaximum ? "max pooling" : Map.Pixels == 1 ? "global average pooling" : "average pooling";

    /// <inheritdoc/>
    public override Signal<T> Output { get; }

    private FeatureMap<T> Map { get; }

    private Frame InputFrame => Frame.Dense(_input.Map.Height, _input.Map.Width, _input.Map.Channels);

    internal override long ScratchLength => 2L * _input.Map.ImageLength + Map.ImageLength + 64;

    internal override void Declare(NetworkLayout<T> layout) => Map.Declare(layout);

    internal override SignalDegree DegreeOf(IReadOnlyList<SignalDegree> inputs, ScalingGroup group) => inputs[0];

    internal override void Forward(Pass<T> pass)
    {
        _pass = pass;
        pass.RunChunks(_forwardChunk);
    }

    private void ForwardChunk(int chunk, int worker)
    {
        var (begin, end) = _pass.ImagesOf(chunk);
        T* values = _pass.Scratch(worker);
        for (int image = begin; image < end; image++)
        {
            _input.Load(image, InputFrame, values);
            if (_isMaximum) PoolingKernels.Maximum(values, _shape, Map.Image(image));
            else PoolingKernels.Mean(values, _shape, Map.Image(image));
            Map.Complete(image);
        }
    }

    internal override void Backward(Pass<T> pass)
    {
        _pass = pass;
        if (_input.NeedsGradient) pass.RunChunks(_backwardChunk);
    }

    private void BackwardChunk(int chunk, int worker)
    {
        var (begin, end) = _pass.ImagesOf(chunk);
        int length = _input.Map.ImageLength;
        T* values = _pass.Scratch(worker), inputGradient = values + length, gradient = inputGradient + length;
        bool isFirst = _input.IsFirstContribution(this);
        for (int image = begin; image < end; image++)
        {
            Map.LoadGradient(image, Frame.Dense(Map.Height, Map.Width, Map.Channels), gradient);
            T* destination = isFirst ? _input.GradientOf(image) : inputGradient;
            new Span<T>(destination, length).Clear();
            if (_isMaximum)
            {
                _input.Load(image, InputFrame, values);
                PoolingKernels.MaximumGradient(values, gradient, _shape, destination);
            }
            else
                PoolingKernels.MeanGradient(gradient, _shape, destination);
            if (!isFirst) Rows.Add(destination, length, _input.GradientOf(image));
            _input.Contributed(this, image);
        }
    }
}
