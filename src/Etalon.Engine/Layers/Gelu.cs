using System.Numerics;
using Etalon.Engine.Kernels.Tokens;
using Etalon.Engine.Symmetry;

namespace Etalon.Engine;

/// <summary>GELU in its form with tanh, y = x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2, stored.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class Gelu<T> : Layer<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Frame _frame;
    private readonly Action<int, int> _forwardChunk, _backwardChunk;
    private Pass<T> _pass = null!;

    internal Gelu(string name, Signal<T> input) : base(name, [input])
    {
        var from = input.Map;
        Map = new FeatureMap<T>(name, from.Height, from.Width, from.Channels, this);
        Output = new Signal<T>(Map);
        _frame = Frame.Dense(Map.Height, Map.Width, Map.Channels);
        input.IsConsumedBy(this);
        (_forwardChunk, _backwardChunk) = (ForwardChunk, BackwardChunk);
    }

    /// <inheritdoc/>
    public override string Kind => "gelu";

    /// <inheritdoc/>
    public override Signal<T> Output { get; }

    private FeatureMap<T> Map { get; }

    private Signal<T> Input => Inputs[0];

    internal override long ScratchLength => 2L * Map.ImageLength;

    internal override void Declare(NetworkLayout<T> layout) => Map.Declare(layout);

    internal override SignalDegree DegreeOf(IReadOnlyList<SignalDegree> inputs, ScalingGroup group) =>
        inputs[0].Unscaled(Name, Input.Source, "what gelu bends");

    internal override void Forward(Pass<T> pass)
    {
        _pass = pass;
        pass.RunChunks(_forwardChunk);
    }

    private void ForwardChunk(int chunk, int worker)
    {
        var (begin, end) = _pass.ImagesOf(chunk);
        for (int image = begin; image < end; image++)
        {
            Gates.Gelu(Numbers(image, _pass.Scratch(worker)), Map.ImageLength, Map.Image(image));
            Map.Complete(image);
        }
    }

    // A plain input is read where it lies.
    private T* Numbers(int image, T* scratch)
    {
        if (Input.IsPlain) return Input.Map.Image(image);
        Input.Load(image, _frame, scratch);
        return scratch;
    }

    internal override void Backward(Pass<T> pass)
    {
        _pass = pass;
        if (Input.NeedsGradient) pass.RunChunks(_backwardChunk);
    }

    private void BackwardChunk(int chunk, int worker)
    {
        var (begin, end) = _pass.ImagesOf(chunk);
        T* scratch = _pass.Scratch(worker), gradient = scratch + Map.ImageLength;
        for (int image = begin; image < end; image++)
        {
            Map.LoadGradient(image, _frame, gradient);
            Gates.GeluGradient(
                Numbers(image, scratch), gradient, Map.ImageLength, !Input.IsFirstContribution(this), Input.GradientOf(image));
            Input.Contributed(this, image);
        }
    }
}
