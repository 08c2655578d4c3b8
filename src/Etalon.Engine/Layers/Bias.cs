using System.Numerics;
using Etalon.Engine.Ranks;
using Etalon.Engine.Symmetry;

namespace Etalon.Engine;

/// <summary>A trained number added to each channel: y = x + b. It starts at 0.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class Bias<T> : AffineLayer<T>, IOrderedSum where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly bool _isFrozen;
    private Tensor<T> _bias = null!;
    private Region<T> _gradients = null!;
    private ChannelTotals _totals = null!;
    private Pass<T> _pass = null!;

    internal Bias(string name, Signal<T> input, bool isFrozen) : base(name, input, perImage: false) => _isFrozen = isFrozen;

    /// <inheritdoc/>
    public override string Kind => "bias";

    /// <inheritdoc/>
    public override bool IsNormalization => false;

    internal override void Declare(NetworkLayout<T> layout)
    {
        base.Declare(layout);
        _bias = (_isFrozen ? layout.State : layout.Parameters).Declare($"{Name}", Channels);
        _gradients = layout.Gradients;
        if (!_isFrozen) _totals = new ChannelTotals(Channels);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor<T>> TrainedTensors => _isFrozen ? [] : [_bias];

    internal override SignalDegree DegreeOf(IReadOnlyList<SignalDegree> inputs, ScalingGroup group)
    {
        var x = inputs[0];
        // A frozen bias is 0.
        if (_isFrozen) return x;
        for (int c = 0; c < x.Channels.Length; c++)
            if (group.ExponentOf(_bias.Name, c) is var degree && degree != x.Channels[c])
                return x with
                {
                    Shift =
                    x.Shift ?? new DegreeMismatch(Name, $"what it is added to, {Inputs[0].Source},", x.Channels[c], "the bias", degree)
                };
        return x;
    }

    internal override void Initialize(ulong seed, Initialization initialization)
    {
        _bias.Span.Clear();
        for (int c = 0; c < Channels; c++) ScaleOf(0)[c] = GradientMapOf(0).OfGradient[c] = T.One;
    }

    internal override void Forward(Pass<T> pass) => _bias.Span.CopyTo(new Span<T>(ShiftOf(0), Channels));

    internal override void Backward(Pass<T> pass)
    {
        _pass = pass;
        if (!_isFrozen) pass.Sum(this);
    }

    internal override IOrderedSum? GradientSum => _isFrozen ? null : this;

    byte* IOrderedSum.Data => _totals.Data;

    long IOrderedSum.Bytes => _totals.Bytes;

    void IOrderedSum.AddOwn()
    {
        if (_pass.IsFirst) _totals.Clear();
        for (int c = 0; c < Channels; c++) _totals[c] = AddOwnImages(_totals[c], GradientSums, c, _pass);
    }

    void IOrderedSum.Complete()
    {
        T* gradient = _gradients.Pointer + _bias.Offset;
        for (int c = 0; c < Channels; c++) gradient[c] = Number(_totals[c]);
    }
}
