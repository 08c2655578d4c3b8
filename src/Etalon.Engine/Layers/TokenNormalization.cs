using System.Numerics;
using Etalon.Engine.Kernels;
using Etalon.Engine.Kernels.Tokens;
using Etalon.Engine.Ranks;
using Etalon.Engine.Symmetry;

namespace Etalon.Engine;

/// <summary>
/// Normalization of each token by itself, over its channels or over equal parts of them: y = scale x / sqrt(mean x^2 + epsilon), the
/// root mean square (Zhang and Sennrich, NeurIPS 2019), or with mean and variance y = scale (x - mean) / sqrt(variance + epsilon) + shift,
/// layer normalization (Ba, Kiros and Hinton 2016). A token is a pixel of the map.
/// </summary>
/// <remarks>In parts, one for each head, it is the normalization of queries and keys (Henry et al., EMNLP findings 2020). The output is
/// stored: coefficients of a token cannot be applied where channels are read.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class TokenNormalization<T> : Layer<T>, IOrderedSum where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly bool _hasMean, _isTrained;
    private readonly int _parts;
    private readonly double _epsilon;
    private readonly Frame _frame;
    private readonly Action<int, int> _forwardChunk, _backwardChunk;
    private double _inputScale = 1;
    private Tensor<T>? _scale, _shift;
    private Region<T> _gradients = null!;
    private T* _means, _inverseSizes, _partials;
    private Pass<T> _pass = null!;

    internal TokenNormalization(string name, Signal<T> input, int parts, bool hasMean, bool isTrained, double epsilon) : base(name, [input])
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epsilon);
        var from = input.Map;
        if (parts < 1 || from.Channels % parts != 0)
            throw new ArgumentException($"layer '{name}': {parts} parts do not divide {from.Channels} channels; choose a divisor",
                nameof(parts));
        if (from.Channels == parts)
            throw new ArgumentException(
                $"layer '{name}' normalizes single numbers, which leaves nothing of them; choose fewer parts or a wider layer",
                nameof(parts));
        (_parts, _hasMean, _isTrained, _epsilon) = (parts, hasMean, isTrained, epsilon);
        Map = new FeatureMap<T>(name, from.Height, from.Width, from.Channels, this);
        Output = new Signal<T>(Map);
        _frame = Frame.Dense(Map.Height, Map.Width, Map.Channels);
        input.IsConsumedBy(this);
        (_forwardChunk, _backwardChunk) = (ForwardChunk, BackwardChunk);
    }

    /// <inheritdoc/>
    public override string Kind => _hasMean ? "layer normalization of tokens" : "rms normalization";

    /// <inheritdoc/>
    public override bool IsNormalization => true;

    /// <inheritdoc/>
    public override Signal<T> Output { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor<T>> TrainedTensors =>
        _scale is null ? [] : _shift is null ? [_scale] : [_scale, _shift];

    private FeatureMap<T> Map { get; }

    private Signal<T> Input => Inputs[0];

    private int Channels => Map.Channels;

    private int PartSize => Channels / _parts;

    private int RowsPerImage => Map.Pixels * _parts;

    internal override long ScratchLength => 2L * Map.ImageLength;

    // Scale, then shift.
    internal override int PartialLength => !_isTrained ? 0 : _hasMean ? 2 * Channels : Channels;

    internal override void Declare(NetworkLayout<T> layout)
    {
        if (_isTrained)
        {
            _scale = layout.Parameters.Declare($"{Name}.scale", Channels);
            if (_hasMean) _shift = layout.Parameters.Declare($"{Name}.shift", Channels);
        }
        _gradients = layout.Gradients;
        Map.Declare(layout);
        int[] rows = [layout.Images, Map.Pixels, _parts];
        if (_hasMean) layout.Activation($"{Name}.mean", rows, pointer => _means = pointer);
        layout.Activation($"{Name}.inverse size", rows, pointer => _inverseSizes = pointer);
    }

    internal override SignalDegree DegreeOf(IReadOnlyList<SignalDegree> inputs, ScalingGroup group)
    {
        var x = inputs[0];
        for (int begin = 0; begin < Channels; begin += PartSize)
            if (x.Mix(Name, Input.Source, begin, begin + PartSize) is { } mixed) return SignalDegree.Failed(mixed);
        if (x.Shift is { } unremoved) return SignalDegree.Failed(unremoved);
        int[] degrees = new int[Channels];
        DegreeMismatch? difference = null;
        for (int c = 0; c < Channels && _scale is not null; c++)
        {
            degrees[c] = group.ExponentOf(_scale.Name, c);
            if (_shift is not null && group.ExponentOf(_shift.Name, c) is var ofShift && ofShift != degrees[c])
                difference ??= new DegreeMismatch(Name, "its scale", degrees[c], "its shift", ofShift);
        }
        bool isScaled = x.Channels.Any(degree => degree != 0);
        return new SignalDegree([.. degrees]) { Shift = difference, EpsilonLayer = isScaled && _epsilon > 0 ? Name : null };
    }

    internal override void Initialize(ulong seed, Initialization initialization)
    {
        _scale?.Span.Fill(T.One);
        _shift?.Span.Clear();
    }

    internal override void Rescale(double scale, double before) => _inputScale = scale;

    internal override void Forward(Pass<T> pass)
    {
        _pass = pass;
        pass.RunChunks(_forwardChunk);
    }

    private void ForwardChunk(int chunk, int worker)
    {
        var (begin, end) = _pass.ImagesOf(chunk);
        double epsilon = _epsilon * _inputScale * _inputScale;
        for (int image = begin; image < end; image++)
        {
            T* x = Numbers(image, _pass.Scratch(worker)), y = Map.Image(image);
            long at = (long)image * RowsPerImage;
            for (int row = 0; row < RowsPerImage; row++, x += PartSize, y += PartSize)
            {
                var moments = NormalizedRow.Measure(x, PartSize, _hasMean, epsilon);
                if (_hasMean) _means[at + row] = moments.Mean;
                _inverseSizes[at + row] = moments.InverseSize;
                NormalizedRow.Apply(x, PartSize, moments, Affine(null).From(row % _parts * PartSize), y);
            }
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

    private RowAffine<T> Affine(T* sums) => _scale is null
        ? default
        : new(_scale.Pointer, _shift is null ? null : _shift.Pointer, sums, sums == null || _shift is null ? null : sums + Channels);

    internal override void Backward(Pass<T> pass)
    {
        _pass = pass;
        if (_isTrained) _partials = pass.PartialsFor(this);
        pass.RunChunks(_backwardChunk);
        if (_isTrained) pass.Sum(this);
    }

    private void BackwardChunk(int chunk, int worker)
    {
        var (begin, end) = _pass.ImagesOf(chunk);
        T* scratch = _pass.Scratch(worker), gradient = scratch + Map.ImageLength;
        T* sums = _isTrained ? _partials + (long)chunk * PartialLength : null;
        new Span<T>(sums, PartialLength).Clear();
        var affine = Affine(sums);
        for (int image = begin; image < end; image++)
        {
            Input.Load(image, _frame, scratch);
            Map.LoadGradient(image, _frame, gradient);
            T* x = scratch, g = gradient;
            long at = (long)image * RowsPerImage;
            for (int row = 0; row < RowsPerImage; row++, x += PartSize, g += PartSize)
                NormalizedRow.Gradient(
                    x, g, PartSize, new RowMoments<T>(_hasMean ? _means[at + row] : T.Zero, _inverseSizes[at + row]), _hasMean,
                    affine.From(row % _parts * PartSize));
            if (!Input.NeedsGradient) continue;
            FrameCopy.Contribute(_frame, gradient, !Input.IsFirstContribution(this), Input.GradientOf(image));
            Input.Contributed(this, image);
        }
    }

    internal override IOrderedSum? GradientSum => _isTrained ? this : null;

    byte* IOrderedSum.Data => (byte*)GradientOf(_scale!);

    // From the scale's first number to the last trained one.
    long IOrderedSum.Bytes => ((_shift ?? _scale!).Offset + Channels - _scale!.Offset) * sizeof(T);

    void IOrderedSum.AddOwn()
    {
        AddOwn(GradientOf(_scale!), 0);
        if (_shift is not null) AddOwn(GradientOf(_shift), Channels);
    }

    private void AddOwn(T* gradient, int first)
    {
        if (_pass.IsFirst) new Span<T>(gradient, Channels).Clear();
        for (int chunk = 0; chunk < _pass.Chunks; chunk++) Rows.Add(_partials + (long)chunk * PartialLength + first, Channels, gradient);
    }

    void IOrderedSum.Complete() { }

    private T* GradientOf(Tensor<T> tensor) => _gradients.Pointer + tensor.Offset;
}
