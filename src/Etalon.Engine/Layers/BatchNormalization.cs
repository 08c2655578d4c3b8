using System.Numerics;
using Etalon.Engine.Symmetry;

namespace Etalon.Engine;

/// <summary>
/// Batch normalization: y = scale (x - mean) / sqrt(variance + epsilon) + shift, with mean and (biased) variance of each channel over the
/// batch and its pixels. Ioffe and Szegedy, ICML 2015.
/// </summary>
/// <remarks>
/// While training, running statistics follow by running = (1 - m) running + m batch, with the unbiased variance m / (m - 1), as PyTorch's;
/// evaluation uses them. Statistics that are not finite are not followed. A channel that is constant over the batch with epsilon 0 gives
/// its shift and takes no gradient.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class BatchNormalization<T> : AffineLayer<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly bool _isTrained;
    private readonly double _epsilon, _momentum;
    private double _inputScale = 1;
    private double? _share;
    private Tensor<T>? _scale, _shift;
    private Tensor<T> _runningMean = null!, _runningVariance = null!;
    private Region<T> _gradients = null!;
    private double[] _inverseDeviation = [];

    internal BatchNormalization(string name, Signal<T> input, bool isTrained, double epsilon,
        double momentum) : base(name, input, perImage: false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epsilon);
        (_isTrained, _epsilon, _momentum) = (isTrained, epsilon, momentum);
        input.Map.IsMeasured = true;
    }

    /// <summary>
    /// Numbers of an image of which a channel's mean and variance are taken; over a batch it is so many times its images.
    /// </summary>
    public int ValuesPerImage => Map.Pixels;

    /// <inheritdoc/>
    public override string Kind => "batch normalization";

    internal override void Declare(NetworkLayout<T> layout)
    {
        base.Declare(layout);
        if (_isTrained)
            (_scale, _shift) = (layout.Parameters.Declare($"{Name}.scale", Channels), layout.Parameters.Declare($"{Name}.shift", Channels));
        (_runningMean, _runningVariance) =
            (layout.State.Declare($"{Name}.running_mean", Channels), layout.State.Declare($"{Name}.running_variance", Channels));
        _inverseDeviation = new double[Channels];
        _gradients = layout.Gradients;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor<T>> TrainedTensors => Both(_scale, _shift);

    internal override SignalDegree DegreeOf(IReadOnlyList<SignalDegree> inputs, ScalingGroup group) =>
        NormalizedDegree(inputs[0], group, groupSize: 1, _epsilon, _scale, _shift);

    internal override void Initialize(ulong seed, Initialization initialization)
    {
        _scale?.Span.Fill(T.One);
        _shift?.Span.Clear();
        _runningMean.Span.Clear();
        _runningVariance.Span.Fill(T.One);
    }

    internal override void Forward(Pass<T> pass)
    {
        if (pass.IsTraining) pass.GatherRows(Map.Mean, Map.Squares, Channels);
        for (int c = 0; c < Channels; c++)
        {
            var (mean, variance) =
                pass.IsTraining ? Measure(c, pass.Images) : (Number(_runningMean.Pointer, c), Number(_runningVariance.Pointer, c));
            _inverseDeviation[c] = InverseDeviation(variance, _epsilon * _inputScale * _inputScale);
            double scale = ScaleParameter(_scale, c) * _inverseDeviation[c];
            ScaleOf(0)[c] = Number(scale);
            ShiftOf(0)[c] = Number((_shift is null ? 0 : Number(_shift.Pointer, c)) - mean * scale);
            CenterOf(0)[c] = Number(mean);
        }
    }

    internal override void Rescale(double scale, double before)
    {
        _inputScale = scale;
        double growth = scale / before;
        for (int c = 0; c < Channels; c++)
        {
            _runningMean.Pointer[c] = Number(Number(_runningMean.Pointer, c) * growth);
            _runningVariance.Pointer[c] = Number(Number(_runningVariance.Pointer, c) * growth * growth);
        }
    }

    private (double Mean, double Variance) Measure(int c, int images)
    {
        // The moments of the batch from those of its images (Chan, Golub, LeVeque 1979): all images have the same number of pixels.
        double mean = SumOverImages(Map.Mean, c, Channels, images) / images, squares = 0;
        for (int image = 0; image < images; image++)
        {
            double d = Number(Map.Mean, image * Channels + c) - mean;
            squares += Number(Map.Squares, image * Channels + c) + Map.Pixels * d * d;
        }
        double count = (double)images * Map.Pixels;
        Follow(_runningMean.Pointer + c, mean);
        Follow(_runningVariance.Pointer + c, squares / Math.Max(count - 1, 1));
        return (mean, squares / count);
    }

    /// <summary>The share of a batch in the running statistics from now on; null for the layer's own.</summary>
    internal void ShareBatch(double? share) => _share = share;

    private void Follow(T* running, double batch)
    {
        double share = _share ?? _momentum;
        // A batch that is not finite is refused as an update, and would never leave the running statistics again.
        T followed = Number((1 - share) * Number(running, 0) + share * batch);
        if (T.IsFinite(followed)) *running = followed;
    }

    /// <remarks>
    /// With z = (x - mean) r, r = 1 / sqrt(variance + epsilon), m values a channel and g the gradient of y:
    /// dscale = sum g z, dshift = sum g, dx = scale r (g - sum g / m - z sum(g z) / m).
    /// </remarks>
    internal override void Backward(Pass<T> pass)
    {
        pass.GatherRows(GradientSums, GradientProducts, Channels);
        double count = (double)pass.Images * Map.Pixels;
        T* scaleGradient = _scale is null ? null : _gradients.Pointer + _scale.Offset;
        T* shiftGradient = _shift is null ? null : _gradients.Pointer + _shift.Offset;
        var map = GradientMapOf(0);
        for (int c = 0; c < Channels; c++)
        {
            double sum = SumOverImages(GradientSums, c, Channels, pass.Images), r = _inverseDeviation[c];
            double sumZ = SumOverImages(GradientProducts, c, Channels, pass.Images) * r, scale = ScaleParameter(_scale, c);
            if (scaleGradient != null) scaleGradient[c] = Number(sumZ);
            if (shiftGradient != null) shiftGradient[c] = Number(sum);
            double ofInput = -scale * r * r * sumZ / count;
            map.OfGradient[c] = Number(scale * r);
            map.OfInput[c] = Number(ofInput);
            map.Constant[c] = Number(-scale * r * sum / count - ofInput * Number(CenterOf(0), c));
        }
    }
}
