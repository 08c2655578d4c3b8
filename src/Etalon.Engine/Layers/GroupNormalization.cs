using System.Numerics;
using Etalon.Engine.Ranks;
using Etalon.Engine.Symmetry;

namespace Etalon.Engine;

/// <summary>
/// Group normalization: y = scale (x - mean) / sqrt(variance + epsilon) + shift, with mean and (biased) variance over the pixels of an
/// image and the channels of a group; scale and shift per channel. One group is layer normalization, a group for each channel is
/// instance normalization. Wu and He, ECCV 2018.
/// </summary>
/// <remarks>A group that is constant with epsilon 0 gives its shift and takes no gradient.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class GroupNormalization<T> : AffineLayer<T>, IOrderedSum where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _groups;
    private readonly bool _isTrained;
    private readonly double _epsilon;
    private double _inputScale = 1;
    private Tensor<T>? _scale, _shift;
    private Region<T> _gradients = null!;
    private double[] _inverseDeviation = [];
    private ChannelTotals _totals = null!;
    private Pass<T> _pass = null!;

    internal GroupNormalization(string name, Signal<T> input, int groups, bool isTrained,
        double epsilon) : base(name, input, perImage: true)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epsilon);
        if (groups < 1 || Channels % groups != 0)
            throw new ArgumentException($"layer '{name}': {groups} groups do not divide {Channels} channels; choose a divisor",
                nameof(groups));
        if (Channels / groups * Map.Pixels == 1)
            throw new ArgumentException(
                $"layer '{name}' normalizes single numbers, which leaves nothing of them; choose fewer groups, another normalization or "
                + $"a wider layer", nameof(groups));
        (_groups, _isTrained, _epsilon) = (groups, isTrained, epsilon);
        input.Map.IsMeasured = true;
    }

    /// <inheritdoc/>
    public override string Kind =>
        _groups == 1 ? "layer normalization" : _groups == Channels ? "instance normalization" : "group normalization";

    private int GroupSize => Channels / _groups;

    internal override void Declare(NetworkLayout<T> layout)
    {
        base.Declare(layout);
        if (_isTrained)
            (_scale, _shift) = (layout.Parameters.Declare($"{Name}.scale", Channels), layout.Parameters.Declare($"{Name}.shift", Channels));
        _gradients = layout.Gradients;
        _inverseDeviation = new double[layout.Images * _groups];
        if (_isTrained) _totals = new ChannelTotals(2 * Channels);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor<T>> TrainedTensors => Both(_scale, _shift);

    internal override SignalDegree DegreeOf(IReadOnlyList<SignalDegree> inputs, ScalingGroup group) =>
        NormalizedDegree(inputs[0], group, GroupSize, _epsilon, _scale, _shift);

    internal override void Initialize(ulong seed, Initialization initialization)
    {
        _scale?.Span.Fill(T.One);
        _shift?.Span.Clear();
    }

    internal override void Forward(Pass<T> pass)
    {
        for (int image = pass.FirstImage; image < pass.EndImage; image++)
            for (int group = 0; group < _groups; group++)
                Normalize(image, group);
    }

    internal override void Rescale(double scale, double before) => _inputScale = scale;

    private void Normalize(int image, int group)
    {
        int begin = group * GroupSize, end = begin + GroupSize;
        T* means = Map.Mean + (long)image * Channels, squares = Map.Squares + (long)image * Channels;
        double mean = 0, sum = 0;
        for (int c = begin; c < end; c++) mean += Number(means, c);
        mean /= GroupSize;
        for (int c = begin; c < end; c++)
        {
            double d = Number(means, c) - mean;
            sum += Number(squares, c) + Map.Pixels * d * d;
        }
        double r = InverseDeviation(sum / ((double)Map.Pixels * GroupSize), _epsilon * _inputScale * _inputScale);
        _inverseDeviation[image * _groups + group] = r;
        for (int c = begin; c < end; c++)
        {
            double scale = ScaleParameter(_scale, c) * r;
            ScaleOf(image)[c] = Number(scale);
            ShiftOf(image)[c] = Number((_shift is null ? 0 : Number(_shift.Pointer, c)) - mean * scale);
            CenterOf(image)[c] = Number(mean);
        }
    }

    /// <remarks>
    /// With z = (x - mean) r and m values a group: dscale = sum g z and dshift = sum g over images and pixels, and
    /// dx = r (scale g - sum(scale g) / m - z sum(scale g z) / m), the sums over the group.
    /// </remarks>
    internal override void Backward(Pass<T> pass)
    {
        _pass = pass;
        for (int image = pass.FirstImage; image < pass.EndImage; image++)
            for (int group = 0; group < _groups; group++)
                PrepareGradient(image, group);
        if (_isTrained) pass.Sum(this);
    }

    internal override IOrderedSum? GradientSum => _isTrained ? this : null;

    // Of g z, then of g, per channel.
    byte* IOrderedSum.Data => _totals.Data;

    long IOrderedSum.Bytes => _totals.Bytes;

    void IOrderedSum.AddOwn()
    {
        if (_pass.IsFirst) _totals.Clear();
        for (int c = 0; c < Channels; c++)
        {
            double sumZ = _totals[c];
            for (int image = _pass.FirstImage; image < _pass.EndImage; image++)
                sumZ += Number(GradientProducts, image * Channels + c) * _inverseDeviation[image * _groups + c / GroupSize];
            _totals[c] = sumZ;
            _totals[Channels + c] = AddOwnImages(_totals[Channels + c], GradientSums, c, _pass);
        }
    }

    void IOrderedSum.Complete()
    {
        T* scaleGradient = _gradients.Pointer + _scale!.Offset, shiftGradient = _gradients.Pointer + _shift!.Offset;
        for (int c = 0; c < Channels; c++)
        {
            scaleGradient[c] = Number(_totals[c]);
            shiftGradient[c] = Number(_totals[Channels + c]);
        }
    }

    private void PrepareGradient(int image, int group)
    {
        int begin = group * GroupSize, end = begin + GroupSize;
        T* sums = GradientSums + (long)image * Channels, products = GradientProducts + (long)image * Channels;
        double r = _inverseDeviation[image * _groups + group], count = (double)Map.Pixels * GroupSize, sum = 0, sumZ = 0;
        for (int c = begin; c < end; c++)
        {
            sum += ScaleParameter(_scale, c) * Number(sums, c);
            sumZ += ScaleParameter(_scale, c) * Number(products, c) * r;
        }
        var map = GradientMapOf(image);
        double ofInput = -r * r * sumZ / count, constant = -r * sum / count - ofInput * Number(CenterOf(image), begin);
        for (int c = begin; c < end; c++)
        {
            map.OfGradient[c] = Number(ScaleParameter(_scale, c) * r);
            map.OfInput[c] = Number(ofInput);
            map.Constant[c] = Number(constant);
        }
    }
}
