using System.Numerics;
using Etalon.Engine.Kernels.Tokens;
using Etalon.Engine.Symmetry;

namespace Etalon.Engine;

/// <summary>SwiGLU (Shazeer 2020): a signal u through a gate that another one opens, y = u x sigmoid(x), stored.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class SwiGlu<T> : Layer<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Frame _frame;
    private readonly Action<int, int> _forwardChunk, _backwardChunk;
    private Pass<T> _pass = null!;

    internal SwiGlu(string name, Signal<T> gate, Signal<T> input) : base(name, [gate, input])
    {
        FeatureMap<T> first = gate.Map, second = input.Map;
        if ((first.Height, first.Width, first.Channels) != (second.Height, second.Width, second.Channels))
            throw new ArgumentException(
                $"layer '{name}' multiplies '{first.Name}' and '{second.Name}', whose shapes differ; project both to one width",
                nameof(input));
        Map = new FeatureMap<T>(name, first.Height, first.Width, first.Channels, this);
        Output = new Signal<T>(Map);
        _frame = Frame.Dense(Map.Height, Map.Width, Map.Channels);
        foreach (var read in Inputs) read.IsConsumedBy(this);
        (_forwardChunk, _backwardChunk) = (ForwardChunk, BackwardChunk);
    }

    /// <inheritdoc/>
    public override string Kind => "swiglu";

    /// <inheritdoc/>
    public override Signal<T> Output { get; }

    private FeatureMap<T> Map { get; }

    internal override long ScratchLength => 3L * Map.ImageLength;

    internal override void Declare(NetworkLayout<T> layout) => Map.Declare(layout);

    internal override SignalDegree DegreeOf(IReadOnlyList<SignalDegree> inputs, ScalingGroup group)
    {
        var gate = inputs[0].Unscaled(Name, Inputs[0].Source, "what opens a gate");
        if (gate.Mismatch is not null) return gate;
        return inputs[1].Shift is { } shift ? SignalDegree.Failed(shift) : inputs[1];
    }

    internal override void Forward(Pass<T> pass)
    {
        _pass = pass;
        pass.RunChunks(_forwardChunk);
    }

    private void ForwardChunk(int chunk, int worker)
    {
        var (begin, end) = _pass.ImagesOf(chunk);
        T* scratch = _pass.Scratch(worker);
        for (int image = begin; image < end; image++)
        {
            Gates.SwiGlu(
                Numbers(Inputs[0], image, scratch), Numbers(Inputs[1], image, scratch + Map.ImageLength), Map.ImageLength,
                Map.Image(image));
            Map.Complete(image);
        }
    }

    // A plain input is read where it lies.
    private T* Numbers(Signal<T> input, int image, T* scratch)
    {
        if (input.IsPlain) return input.Map.Image(image);
        input.Load(image, _frame, scratch);
        return scratch;
    }

    internal override void Backward(Pass<T> pass)
    {
        _pass = pass;
        pass.RunChunks(_backwardChunk);
    }

    private void BackwardChunk(int chunk, int worker)
    {
        var (begin, end) = _pass.ImagesOf(chunk);
        T* scratch = _pass.Scratch(worker), gradient = scratch + 2L * Map.ImageLength;
        for (int image = begin; image < end; image++)
        {
            for (int i = 0; i < 2; i++) Inputs[i].Load(image, _frame, scratch + (long)i * Map.ImageLength);
            Map.LoadGradient(image, _frame, gradient);
            Gates.SwiGluGradient(scratch, scratch + Map.ImageLength, gradient, Map.ImageLength);
            for (int i = 0; i < 2; i++)
            {
                var input = Inputs[i];
                if (!input.NeedsGradient) continue;
                FrameCopy.Contribute(
                    _frame, scratch + (long)i * Map.ImageLength, !input.IsFirstContribution(this), input.GradientOf(image));
                input.Contributed(this, image);
            }
        }
    }
}
