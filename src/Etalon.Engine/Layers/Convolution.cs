using System.Numerics;
using Etalon.Engine.Kernels;
using Etalon.Engine.Kernels.Convolution;
using Etalon.Engine.Memory;
using Etalon.Engine.Random;
using Etalon.Engine.Symmetry;

namespace Etalon.Engine.Layers;

/// <summary>
/// A convolution without bias, y = x * w, optionally with the residual addition y = x * w + r; a linear layer is one whose kernel is
/// the whole image.
/// </summary>
/// <remarks>
/// Weights are [ky][kx][ci][co]. A chunk of images at a time is framed into a worker's scratch (where a normalization and a ReLU of the
/// input, or the backward pass of a normalization behind the output, are applied), goes through the kernel and is finished while in cache.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class Convolution<T> : Layer<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    // Numbers of the weight gradient that one call sums over the chunks: 16 kB of float.
    private const int SliceLength = 4096;

    private readonly ConvolutionKernel<T> _kernel;
    private readonly Signal<T> _input;
    private readonly Signal<T>? _residual;
    private readonly bool _isFrozen, _isLinear;
    private readonly WeightDirections<T>? _directions;
    private readonly Action<int, int> _forwardChunk, _backwardChunk, _sumSlice;
    private Tensor<T> _weight = null!;
    private Region<T> _gradients = null!;
    private T* _packedForward, _packedDataGradient;
    private Pass<T> _pass = null!;

    internal Convolution(
        string name, Signal<T> input, ConvolutionShape shape, Signal<T>? residual, bool isFrozen, bool isLinear, ConvolutionKernel<T> kernel, bool isWeightNormalized = false)
        : base(name, residual is null ? [input] : [input, residual])
    {
        (_input, _residual, _isFrozen, _isLinear, _kernel) = (input, residual, isFrozen, isLinear, kernel);
        Map = new FeatureMap<T>(name, shape.OutputHeight, shape.OutputWidth, shape.OutputChannels, this);
        Output = new Signal<T>(Map);
        if (isWeightNormalized) _directions = new WeightDirections<T>(shape.WeightCount / shape.OutputChannels, shape.OutputChannels);
        if (residual is not null && residual.Map.ImageLength != Map.ImageLength)
            throw new ArgumentException(
                $"layer '{name}': the residual is {residual.Map.Height}x{residual.Map.Width}x{residual.Map.Channels}, the output "
                + $"{Map.Height}x{Map.Width}x{Map.Channels}; project it to that shape first", nameof(residual));
        foreach (var read in Inputs) read.IsConsumedBy(this);
        (_forwardChunk, _backwardChunk, _sumSlice) = (ForwardChunk, BackwardChunk, SumSlice);
    }

    private FeatureMap<T> Map { get; }

    /// <summary>The sizes.</summary>
    public ConvolutionShape Shape => _kernel.Shape;

    /// <inheritdoc/>
    public override string Kind => _isLinear ? "linear" : $"convolution {Shape.KernelHeight}x{Shape.KernelWidth}" + (Shape.Stride > 1 ? $" / {Shape.Stride}" : "");

    /// <summary>The way it is computed: "direct" or "winograd".</summary>
    public string Algorithm => _kernel.Name;

    /// <inheritdoc/>
    public override Signal<T> Output { get; }

    /// <inheritdoc/>
    public override long MultiplyAdds => Shape.MultiplyAdds;

    /// <inheritdoc/>
    public override long BackwardMultiplyAdds => Shape.MultiplyAdds * ((_isFrozen ? 0 : 1) + (TrainsInput ? 1 : 0));

    private T* Weights => _directions is null ? _weight.Pointer : _directions.Pointer;

    private bool TrainsInput => _input.NeedsGradient;

    internal override int PartialLength => _isFrozen ? 0 : Shape.WeightCount;

    internal override long ScratchLength => new Scratch(this, null).Length;

    /// <summary>A worker's scratch: framed inputs, framed gradients, the kernel's own, the weight gradient so far, and dense input gradients.</summary>
    private readonly struct Scratch
    {
        public readonly T* Inputs, Gradients, Kernel, Accumulator, Dense;
        public readonly long Length;

        public Scratch(Convolution<T> layer, T* begin)
        {
            var kernel = layer._kernel;
            long at = 0;
            Inputs = Take(begin, ref at, (long)kernel.ImagesPerCall * kernel.InputFrame.Length);
            Gradients = Take(begin, ref at, (long)kernel.ImagesPerCall * kernel.GradientFrame.Length);
            Kernel = Take(begin, ref at, kernel.ScratchLength);
            Accumulator = Take(begin, ref at, kernel.AccumulatorLength);
            Dense = Take(begin, ref at, (long)kernel.ImagesPerCall * Math.Max(kernel.Shape.InputLength, kernel.Shape.OutputLength));
            Length = at;
        }

        private static T* Take(T* begin, ref long at, long length)
        {
            T* taken = begin + at;
            at += (length + 15) / 16 * 16;
            return taken;
        }
    }

    internal override void Declare(NetworkLayout<T> layout)
    {
        _weight = (_isFrozen ? layout.State : layout.Parameters).Declare(
            $"{Name}.weight",
            _isLinear ? [Shape.InputChannels, Shape.OutputChannels] : [Shape.KernelHeight, Shape.KernelWidth, Shape.InputChannels, Shape.OutputChannels]);
        _gradients = layout.Gradients;
        Map.Declare(layout);
        _directions?.Declare(layout, Name);
        layout.Activation($"{Name}.packed forward", [_kernel.PackedForwardLength], pointer => _packedForward = pointer);
        if (TrainsInput) layout.Activation($"{Name}.packed backward", [_kernel.PackedDataGradientLength], pointer => _packedDataGradient = pointer);
    }

    internal override IReadOnlyList<string> TrainedTensors => _isFrozen ? [] : [_weight.Name];

    internal override SignalDegree DegreeOf(IReadOnlyList<SignalDegree> inputs, ScalingGroup group)
    {
        var x = inputs[0];
        if (x.Mix(Name, _input.Source, 0, x.Channels.Length) is { } mixed) return SignalDegree.Failed(mixed);
        // A shift is cut off where zeros surround the image, so behind them it is no longer one number a channel.
        if (x.Shift is { } shift && Shape.Padding > 0) return SignalDegree.Failed(shift);
        int[] degrees = new int[Shape.OutputChannels];
        bool isScaled = !_isFrozen && _directions is null;
        for (int c = 0; c < degrees.Length; c++) degrees[c] = x.Channels[0] + (isScaled ? group.ExponentOf(_weight.Name, c) : 0);
        var own = x with { Channels = [.. degrees] };
        return _residual is null ? own : SignalDegree.Add(Name, "its own convolution", own, _residual.Source, inputs[1]);
    }

    internal override void Initialize(ulong seed, Initialization initialization)
    {
        int fan = Shape.KernelHeight * Shape.KernelWidth * (initialization == Initialization.HeFanOut && !_isLinear ? Shape.OutputChannels : Shape.InputChannels);
        double deviation = Math.Sqrt(2.0 / fan);
        var stream = new CounterStream(seed, $"init/{Name}.weight");
        foreach (ref T weight in _weight.Span) weight = T.CreateTruncating(deviation * stream.NextNormal());
    }

    internal override void Prepare(Pass<T> pass)
    {
        _directions?.Prepare(_weight.Pointer);
        PrepareForward();
        if (TrainsInput && pass.IsTraining) PrepareDataGradient();
    }

    internal void PrepareForward() => _kernel.PackForward(Weights, _packedForward);

    internal void PrepareDataGradient() => _kernel.PackDataGradient(Weights, _packedDataGradient);

    internal override void Forward(Pass<T> pass)
    {
        _pass = pass;
        pass.RunChunks(_forwardChunk);
    }

    private void ForwardChunk(int chunk, int worker)
    {
        var scratch = new Scratch(this, _pass.Scratch(worker));
        var (begin, end) = _pass.ImagesOf(chunk);
        for (int first = begin; first < end; first += _kernel.ImagesPerCall)
        {
            int images = Math.Min(_kernel.ImagesPerCall, end - first);
            LoadInputs(first, images, scratch.Inputs);
            _kernel.Forward(scratch.Inputs, _packedForward, Map.Image(first), scratch.Kernel, images, UpcomingForward(first, images, end));
            for (int image = first; image < first + images; image++)
            {
                if (_residual is not null) AddResidual(image, scratch.Dense);
                Map.Complete(image);
            }
        }
    }

    private Upcoming<T> UpcomingForward(int first, int images, int end)
    {
        var upcoming = UpcomingInputs(first + images, end);
        if (_residual is not null) upcoming.Add(_residual.Map.Image(first), (long)images * Map.ImageLength);
        return upcoming;
    }

    // Numbers of the images of the next call.
    private long LengthOf(Signal<T> signal, int next, int end) => (long)Math.Min(_kernel.ImagesPerCall, end - next) * signal.Map.ImageLength;

    private void AddResidual(int image, T* dense)
    {
        if (_residual!.IsPlain)
        {
            Rows.Add(_residual.Map.Image(image), Map.ImageLength, Map.Image(image));
            return;
        }
        _residual.Load(image, Frame.Dense(Map.Height, Map.Width, Map.Channels), dense);
        Rows.Add(dense, Map.ImageLength, Map.Image(image));
    }

    private void LoadInputs(int first, int images, T* frames)
    {
        for (int i = 0; i < images; i++) _input.Load(first + i, _kernel.InputFrame, frames + (long)i * _kernel.InputFrame.Length);
    }

    internal override void Backward(Pass<T> pass)
    {
        _pass = pass;
        pass.RunChunks(_backwardChunk);
        if (_isFrozen) return;
        pass.Workers.Run((Shape.WeightCount + SliceLength - 1) / SliceLength, _sumSlice);
        _directions?.Project(_gradients.Pointer + _weight.Offset);
    }

    private void BackwardChunk(int chunk, int worker)
    {
        var scratch = new Scratch(this, _pass.Scratch(worker));
        var (begin, end) = _pass.ImagesOf(chunk);
        if (!_isFrozen) new Span<T>(scratch.Accumulator, _kernel.AccumulatorLength).Clear();
        for (int first = begin; first < end; first += _kernel.ImagesPerCall)
        {
            int images = Math.Min(_kernel.ImagesPerCall, end - first);
            LoadGradients(first, images, scratch.Gradients);
            if (!_isFrozen)
            {
                LoadInputs(first, images, scratch.Inputs);
                _kernel.WeightGradient(scratch.Inputs, scratch.Gradients, scratch.Accumulator, scratch.Kernel, images, UpcomingGradients(first + images, end));
            }
            if (TrainsInput) ContributeToInput(first, images, end, scratch);
        }
        if (!_isFrozen) _kernel.FinishWeightGradient(scratch.Accumulator, _pass.Partials + (long)chunk * Shape.WeightCount);
    }

    // What is fetched for the next call: the gradients during the weight gradient, the inputs during the data gradient, or both where there is one alone.
    private Upcoming<T> UpcomingGradients(int next, int end)
    {
        var upcoming = TrainsInput ? new Upcoming<T>() : UpcomingInputs(next, end);
        for (int i = 0; i < Map.Read.Count; i++) upcoming.Add(Map.Read[i].GradientOf(next), LengthOf(Map.Read[i], next, end));
        upcoming.Add(Map.Image(next), LengthOf(Output, next, end));
        if (_residual is { NeedsGradient: true }) upcoming.Add(_residual.GradientOf(next), LengthOf(_residual, next, end));
        return upcoming;
    }

    private Upcoming<T> UpcomingInputs(int next, int end)
    {
        var upcoming = new Upcoming<T>();
        upcoming.Add(_input.Map.Image(next), LengthOf(_input, next, end));
        return upcoming;
    }

    private void LoadGradients(int first, int images, T* frames)
    {
        var frame = _kernel.GradientFrame;
        for (int image = first; image < first + images; image++, frames += frame.Length)
        {
            Map.LoadGradient(image, frame, frames);
            if (_residual is not { NeedsGradient: true }) continue;
            Framed.Contribute(frame, frames, !_residual.IsFirstContribution(this), _residual.GradientOf(image));
            _residual.Contributed(this, image);
        }
    }

    private void ContributeToInput(int first, int images, int end, in Scratch scratch)
    {
        bool isFirst = _input.IsFirstContribution(this);
        T* destination = isFirst ? _input.GradientOf(first) : scratch.Dense;
        var next = _isFrozen ? UpcomingGradients(first + images, end) : UpcomingInputs(first + images, end);
        _kernel.DataGradient(scratch.Gradients, _packedDataGradient, destination, scratch.Kernel, images, next);
        if (!isFirst) Rows.Add(destination, images * Shape.InputLength, _input.GradientOf(first));
        for (int image = first; image < first + images; image++) _input.Contributed(this, image);
    }

    private void SumSlice(int slice, int worker)
    {
        int begin = slice * SliceLength, length = Math.Min(SliceLength, Shape.WeightCount - begin);
        T* sum = _gradients.Pointer + _weight.Offset + begin;
        Rows.Copy(_pass.Partials + begin, 1, length, length, sum);
        for (int chunk = 1; chunk < _pass.Chunks; chunk++) Rows.Add(_pass.Partials + (long)chunk * Shape.WeightCount + begin, length, sum);
    }
}
