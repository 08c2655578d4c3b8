using System.Numerics;
using Etalon.Engine.Symmetry;

namespace Etalon.Engine;

/// <summary>A layer that is linear in its input and in one tensor of weights, without bias: a convolution or a linear layer.</summary>
/// <remarks>Frozen weights keep their initial values; weight-normalized ones are the directions of the parameters, output channel by output
/// channel; tied ones are those of an embedding.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public abstract unsafe class WeightedLayer<T> : Layer<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly WeightDirections<T>? _directions;
    private readonly TiedWeights<T>? _tied;
    private readonly double? _deviation;
    private Tensor<T> _weight = null!;
    private Region<T> _gradients = null!;

    private protected WeightedLayer(string name, IReadOnlyList<Signal<T>> inputs, in ConvolutionShape shape, bool isFrozen,
        bool isWeightNormalized, double? deviation = null, TiedWeights<T>? tied = null)
        : base(name, inputs)
    {
        (Shape, IsFrozen, _deviation, _tied) = (shape, isFrozen, deviation, tied);
        Map = new FeatureMap<T>(name, shape.OutputHeight, shape.OutputWidth, shape.OutputChannels, this);
        Output = new Signal<T>(Map);
        if (isWeightNormalized) _directions = new WeightDirections<T>(shape.WeightCount / shape.OutputChannels, shape.OutputChannels);
        foreach (var read in Inputs) read.IsConsumedBy(this);
    }

    /// <summary>The sizes; a linear layer is a convolution of an image of one pixel.</summary>
    public ConvolutionShape Shape { get; }

    /// <inheritdoc/>
    public override Signal<T> Output { get; }

    /// <inheritdoc/>
    public override long MultiplyAdds => Shape.MultiplyAdds;

    /// <inheritdoc/>
    public override long BackwardMultiplyAdds => MultiplyAdds * ((IsFrozen ? 0 : 1) + (TrainsInput ? 1 : 0));

    private protected FeatureMap<T> Map { get; }

    private protected Signal<T> Input => Inputs[0];

    private protected bool IsFrozen { get; }

    private protected bool TrainsInput => Input.NeedsGradient;

    /// <summary>What the layer computes with: the parameters, their directions, or another layer's.</summary>
    private protected T* Weights => _tied is not null ? _tied.Pointer : _directions is null ? _weight.Pointer : _directions.Pointer;

    private protected T* WeightGradient => _tied is not null ? _tied.Gradient : _gradients.Pointer + _weight.Offset;

    /// <summary>Shape of the weights.</summary>
    private protected abstract int[] WeightShape { get; }

    /// <summary>
    /// What He's initialization divides by: the numbers that an output is summed over, or those that an input is spread over.
    /// </summary>
    private protected abstract int FanOf(Initialization initialization);

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor<T>> TrainedTensors => IsFrozen || _tied is not null ? [] : [_weight];

    internal override void Declare(NetworkLayout<T> layout)
    {
        if (_tied is not null) _tied.Declare(layout, Name);
        else _weight = (IsFrozen ? layout.State : layout.Parameters).Declare($"{Name}.weight", WeightShape);
        _gradients = layout.Gradients;
        Map.Declare(layout);
        _directions?.Declare(layout, Name);
    }

    internal override SignalDegree DegreeOf(IReadOnlyList<SignalDegree> inputs, ScalingGroup group)
    {
        var x = inputs[0];
        if (x.Mix(Name, Input.Source, 0, x.Channels.Length) is { } mixed) return SignalDegree.Failed(mixed);
        // A shift is cut off where zeros surround the image, so behind them it is no longer one number a channel.
        if (x.Shift is { } shift && Shape.Padding > 0) return SignalDegree.Failed(shift);
        if (_tied is not null) return TiedDegree(x, group, _tied.Name);
        int[] degrees = new int[Shape.OutputChannels];
        bool isScaled = !IsFrozen && _directions is null;
        for (int c = 0; c < degrees.Length; c++) degrees[c] = x.Channels[0] + (isScaled ? group.ExponentOf(_weight.Name, c) : 0);
        var own = x with { Channels = [.. degrees] };
        return Inputs.Count == 1 ? own : SignalDegree.Add(Name, "its own convolution", own, Inputs[1].Source, inputs[1]);
    }

    // The channels that an embedding's rows have are what is summed over here.
    private SignalDegree TiedDegree(SignalDegree x, ScalingGroup group, string weight)
    {
        int first = group.ExponentOf(weight, 0);
        for (int c = 1; c < Shape.InputChannels; c++)
            if (group.ExponentOf(weight, c) is var degree && degree != first)
                return SignalDegree.Failed(new DegreeMismatch(Name, $"channel 0 of {weight}", first, $"channel {c}", degree));
        return x with { Channels = [.. Enumerable.Repeat(x.Channels[0] + first, Shape.OutputChannels)] };
    }

    internal override void Initialize(ulong seed, Initialization initialization)
    {
        if (_tied is not null) return;
        double deviation = _deviation ?? Math.Sqrt(2.0 / FanOf(initialization));
        var stream = new CounterStream(seed, $"init/{Name}.weight");
        foreach (ref T weight in _weight.Span) weight = T.CreateTruncating(deviation * stream.NextNormal());
    }

    internal override void Prepare(Pass<T> pass)
    {
        _directions?.Prepare(_weight.Pointer);
        _tied?.Prepare();
    }

    /// <summary>Makes the gradient of what the layer computed with that of the parameters.</summary>
    private protected void FinishWeightGradient()
    {
        _directions?.Project(WeightGradient);
        _tied?.Complete();
    }
}
