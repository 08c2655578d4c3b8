using System.Numerics;
using Etalon.Engine.Kernels;
using Etalon.Engine.Symmetry;

namespace Etalon.Engine;

/// <summary>
/// The sum of signals of one shape, y = x1 + x2 + ..., stored: a residual addition; of one signal, a copy with its normalization and
/// ReLU applied.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class Sum<T> : Layer<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Action<int, int> _forwardChunk, _backwardChunk;
    private readonly Frame _frame;
    private Pass<T> _pass = null!;

    internal Sum(string name, IReadOnlyList<Signal<T>> inputs) : base(name, inputs)
    {
        var first = inputs[0].Map;
        foreach (var input in inputs)
        {
            if ((input.Map.Height, input.Map.Width, input.Map.Channels) != (first.Height, first.Width, first.Channels))
                throw new ArgumentException(
                    $"layer '{name}' adds '{first.Name}' and '{input.Map.Name}', whose shapes differ; project one to the other's",
                    nameof(inputs));
            input.IsConsumedBy(this);
        }
        Map = new FeatureMap<T>(name, first.Height, first.Width, first.Channels, this);
        Output = new Signal<T>(Map);
        _frame = Frame.Dense(Map.Height, Map.Width, Map.Channels);
        (_forwardChunk, _backwardChunk) = (ForwardChunk, BackwardChunk);
    }

    /// <inheritdoc/>
    public override string Kind => "sum";

    /// <inheritdoc/>
    public override Signal<T> Output { get; }

    private FeatureMap<T> Map { get; }

    internal override long ScratchLength => Map.ImageLength;

    internal override void Declare(NetworkLayout<T> layout) => Map.Declare(layout);

    internal override SignalDegree DegreeOf(IReadOnlyList<SignalDegree> inputs, ScalingGroup group)
    {
        var sum = inputs[0];
        for (int i = 1; i < inputs.Count && sum.Mismatch is null; i++)
            sum = SignalDegree.Add(Name, Inputs[0].Source, sum, Inputs[i].Source, inputs[i]);
        return sum;
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
            Inputs[0].Load(image, _frame, Map.Image(image));
            for (int i = 1; i < Inputs.Count; i++)
            {
                Inputs[i].Load(image, _frame, scratch);
                Rows.Add(scratch, Map.ImageLength, Map.Image(image));
            }
            Map.Complete(image);
        }
    }

    internal override void Backward(Pass<T> pass)
    {
        _pass = pass;
        pass.RunChunks(_backwardChunk);
    }

    private void BackwardChunk(int chunk, int worker)
    {
        var (begin, end) = _pass.ImagesOf(chunk);
        T* gradient = _pass.Scratch(worker);
        for (int image = begin; image < end; image++)
        {
            Map.LoadGradient(image, _frame, gradient);
            for (int i = 0; i < Inputs.Count; i++)
            {
                var input = Inputs[i];
                if (!input.NeedsGradient) continue;
                FrameCopy.Contribute(_frame, gradient, !input.IsFirstContribution(this), input.GradientOf(image));
                input.Contributed(this, image);
            }
        }
    }
}
