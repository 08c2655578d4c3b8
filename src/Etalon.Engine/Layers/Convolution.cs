using System.Numerics;
using Etalon.Engine.Kernels;
using Etalon.Engine.Kernels.Convolution;
using Etalon.Engine.Ranks;

namespace Etalon.Engine;

/// <summary>
/// A convolution without bias, y = x * w, optionally with the residual addition y = x * w + r.
/// </summary>
/// <remarks>
/// Weights are [ky][kx][ci][co]. A chunk of images at a time is framed into a worker's scratch (where a normalization and a ReLU of the
/// input, or the backward pass of a normalization behind the output, are applied), goes through the kernel and is finished while in cache.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class Convolution<T> : WeightedLayer<T>, IOrderedSum where T : unmanaged, IFloatingPointIeee754<T>
{
    // Numbers of the weight gradient that one call sums over the chunks: 16 kB of float.
    private const int SliceLength = 4096;

    private readonly ConvolutionKernel<T> _kernel;
    private readonly Signal<T>? _residual;
    private readonly Action<int, int> _forwardChunk, _backwardChunk, _sumSlice;
    private T* _packedForward, _packedDataGradient, _partials;
    private Pass<T> _pass = null!;

    internal Convolution(string name, Signal<T> input, Signal<T>? residual, bool isFrozen, ConvolutionKernel<T> kernel,
        double? deviation = null, TiedWeights<T>? tied = null)
        : base(name, InputsOf(name, input, residual, kernel.Shape), kernel.Shape, isFrozen, isWeightNormalized: false, deviation, tied)
    {
        (_residual, _kernel) = (residual, kernel);
        (_forwardChunk, _backwardChunk, _sumSlice) = (ForwardChunk, BackwardChunk, SumSlice);
    }

    /// <inheritdoc/>
    public override string Kind => $"convolution {Shape.KernelHeight}x{Shape.KernelWidth}" + (Shape.Stride > 1 ? $" / {Shape.Stride}" : "");

    /// <summary>The way it is computed: "direct" or "winograd".</summary>
    public string Algorithm => _kernel.Name;

    private protected override int[] WeightShape => [Shape.KernelHeight, Shape.KernelWidth, Shape.InputChannels, Shape.OutputChannels];

    internal override int PartialLength => IsFrozen ? 0 : Shape.WeightCount;

    internal override long ScratchLength => new Scratch(this, null).Length;

    /// <summary>
    /// A worker's scratch: framed inputs, framed gradients, the kernel's own, the weight gradient so far, and dense input gradients.
    /// </summary>
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
        base.Declare(layout);
        layout.Activation($"{Name}.packed forward", [_kernel.PackedForwardLength], pointer => _packedForward = pointer);
        if (TrainsInput)
            layout.Activation($"{Name}.packed backward", [_kernel.PackedDataGradientLength], pointer => _packedDataGradient = pointer);
    }

    private protected override int FanOf(Initialization initialization) =>
        Shape.KernelHeight * Shape.KernelWidth * (initialization == Initialization.HeFanOut ? Shape.OutputChannels : Shape.InputChannels);

    internal override void Prepare(Pass<T> pass)
    {
        base.Prepare(pass);
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
            _kernel.Forward(scratch.Inputs, _packedForward, Map.Image(first), scratch.Kernel, images, NextForward(first, images, end));
            for (int image = first; image < first + images; image++)
            {
                if (_residual is not null) AddResidual(image, scratch.Dense);
                Map.Complete(image);
            }
        }
    }

    private Prefetch<T> NextForward(int first, int images, int end)
    {
        var upcoming = NextInputs(first + images, end);
        if (_residual is not null) upcoming.Add(_residual.Map.Image(first), (long)images * Map.ImageLength);
        return upcoming;
    }

    // Numbers of the images of the next call.
    private long LengthOf(Signal<T> signal, int next, int end) =>
        (long)Math.Min(_kernel.ImagesPerCall, end - next) * signal.Map.ImageLength;

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
        for (int i = 0; i < images; i++) Input.Load(first + i, _kernel.InputFrame, frames + (long)i * _kernel.InputFrame.Length);
    }

    internal override void Backward(Pass<T> pass)
    {
        _pass = pass;
        if (!IsFrozen) _partials = pass.PartialsFor(this);
        pass.RunChunks(_backwardChunk);
        if (!IsFrozen) pass.Sum(this);
    }

    private void BackwardChunk(int chunk, int worker)
    {
        var scratch = new Scratch(this, _pass.Scratch(worker));
        var (begin, end) = _pass.ImagesOf(chunk);
        if (!IsFrozen) new Span<T>(scratch.Accumulator, _kernel.AccumulatorLength).Clear();
        for (int first = begin; first < end; first += _kernel.ImagesPerCall)
        {
            int images = Math.Min(_kernel.ImagesPerCall, end - first);
            LoadGradients(first, images, scratch.Gradients);
            if (!IsFrozen)
            {
                LoadInputs(first, images, scratch.Inputs);
                _kernel.WeightGradient(scratch.Inputs, scratch.Gradients, scratch.Accumulator, scratch.Kernel, images,
                    NextGradients(first + images, end));
            }
            if (TrainsInput) ContributeToInput(first, images, end, scratch);
        }
        if (!IsFrozen) _kernel.FinishWeightGradient(scratch.Accumulator, _partials + (long)chunk * Shape.WeightCount);
    }

    // What is fetched for the next call: the gradients during the weight gradient, the inputs during the data gradient, or both where there
    // is one alone.
    private Prefetch<T> NextGradients(int next, int end)
    {
        var upcoming = TrainsInput ? new Prefetch<T>() : NextInputs(next, end);
        for (int i = 0; i < Map.Read.Count; i++) upcoming.Add(Map.Read[i].GradientOf(next), LengthOf(Map.Read[i], next, end));
        if (Map.HasNormalizedGradient) upcoming.Add(Map.Image(next), LengthOf(Output, next, end));
        if (_residual is { NeedsGradient: true }) upcoming.Add(_residual.GradientOf(next), LengthOf(_residual, next, end));
        return upcoming;
    }

    private Prefetch<T> NextInputs(int next, int end)
    {
        var upcoming = new Prefetch<T>();
        upcoming.Add(Input.Map.Image(next), LengthOf(Input, next, end));
        return upcoming;
    }

    private void LoadGradients(int first, int images, T* frames)
    {
        var frame = _kernel.GradientFrame;
        for (int image = first; image < first + images; image++, frames += frame.Length)
        {
            Map.LoadGradient(image, frame, frames);
            if (_residual is not { NeedsGradient: true }) continue;
            FrameCopy.Contribute(frame, frames, !_residual.IsFirstContribution(this), _residual.GradientOf(image));
            _residual.Contributed(this, image);
        }
    }

    private void ContributeToInput(int first, int images, int end, in Scratch scratch)
    {
        bool isFirst = Input.IsFirstContribution(this);
        T* destination = isFirst ? Input.GradientOf(first) : scratch.Dense;
        var next = IsFrozen ? NextGradients(first + images, end) : NextInputs(first + images, end);
        _kernel.DataGradient(scratch.Gradients, _packedDataGradient, destination, scratch.Kernel, images, next);
        if (!isFirst) Rows.Add(destination, images * Shape.InputLength, Input.GradientOf(first));
        for (int image = first; image < first + images; image++) Input.Contributed(this, image);
    }

    internal override IOrderedSum? GradientSum => IsFrozen ? null : this;

    byte* IOrderedSum.Data => (byte*)WeightGradient;

    long IOrderedSum.Bytes => (long)Shape.WeightCount * sizeof(T);

    void IOrderedSum.AddOwn() => _pass.Workers.Run((Shape.WeightCount + SliceLength - 1) / SliceLength, _sumSlice);

    void IOrderedSum.Complete() => FinishWeightGradient();

    private void SumSlice(int slice, int worker)
    {
        int begin = slice * SliceLength, length = Math.Min(SliceLength, Shape.WeightCount - begin), chunk = 0;
        T* sum = WeightGradient + begin;
        if (_pass.IsFirst) Rows.Copy(_partials + (long)chunk++ * Shape.WeightCount + begin, 1, length, length, sum);
        for (; chunk < _pass.Chunks; chunk++) Rows.Add(_partials + (long)chunk * Shape.WeightCount + begin, length, sum);
    }

    private static Signal<T>[] InputsOf(string name, Signal<T> input, Signal<T>? residual, in ConvolutionShape shape)
    {
        if (residual is null) return [input];
        var map = residual.Map;
        if (map.ImageLength != shape.OutputLength)
            throw new ArgumentException(
                $"layer '{name}': the residual is {map.Height}x{map.Width}x{map.Channels}, the output "
                + $"{shape.OutputHeight}x{shape.OutputWidth}x{shape.OutputChannels}; project it to that shape first", nameof(residual));
        return [input, residual];
    }
}
