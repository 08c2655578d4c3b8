using System.Numerics;
using Etalon.Engine.Kernels;
using Etalon.Engine.Symmetry;

namespace Etalon.Engine;

/// <summary>
/// A layer whose output is scale x + shift per channel, with coefficients for the batch or for each image: a normalization or a bias.
/// It moves no activation: it prepares coefficients, and whoever reads its signal applies them.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract unsafe class AffineLayer<T> : Layer<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly bool _perImage;
    private T* _scale, _shift, _center, _ofGradient, _ofInput, _constant;

    private protected AffineLayer(string name, Signal<T> input, bool perImage) : base(name, [input])
    {
        if (!input.IsPlain)
            throw new InvalidOperationException(
                $"layer '{name}' reads a signal that is already normalized or rectified; store it with Sum first");
        _perImage = perImage;
        Output = new Signal<T>(input.Map, this);
    }

    /// <inheritdoc/>
    public override Signal<T> Output { get; }

    /// <inheritdoc/>
    public override bool IsNormalization => true;

    private protected FeatureMap<T> Map => Output.Map;

    private protected int Channels => Map.Channels;

    /// <summary>Sum of the gradient over the pixels, [image][channel].</summary>
    private protected T* GradientSums { get; private set; }

    /// <summary>Sum of gradient times (x - center) over the pixels, [image][channel].</summary>
    private protected T* GradientProducts { get; private set; }

    private long Row(int image) => _perImage ? (long)image * Channels : 0;

    internal T* ScaleOf(int image) => _scale + Row(image);

    internal T* ShiftOf(int image) => _shift + Row(image);

    private protected T* CenterOf(int image) => _center + Row(image);

    internal GradientMap<T> GradientMapOf(int image) => new(_ofGradient + Row(image), _ofInput + Row(image), _constant + Row(image));

    internal void FinishGradient(Signal<T> signal, int image)
    {
        long at = (long)image * Channels;
        ChannelSums.Finish(
            signal.GradientOf(image), Map.Image(image), ScaleOf(image), ShiftOf(image), CenterOf(image), signal.IsRectified, Map.Pixels,
            Channels,
            GradientSums + at, GradientProducts + at);
    }

    internal override void Declare(NetworkLayout<T> layout)
    {
        int[] rows = [_perImage ? layout.Images : 1, Channels], sums = [layout.Images, Channels];
        layout.Activation($"{Name}.scale", rows, pointer => _scale = pointer);
        layout.Activation($"{Name}.shift", rows, pointer => _shift = pointer);
        layout.Activation($"{Name}.center", rows, pointer => _center = pointer);
        layout.Activation($"{Name}.of gradient", rows, pointer => _ofGradient = pointer);
        layout.Activation($"{Name}.of input", rows, pointer => _ofInput = pointer);
        layout.Activation($"{Name}.constant", rows, pointer => _constant = pointer);
        layout.Activation($"{Name}.gradient sums", sums, pointer => GradientSums = pointer);
        layout.Activation($"{Name}.gradient products", sums, pointer => GradientProducts = pointer);
    }

    /// <summary>
    /// The rule of a normalization over groups of channels, each of one degree: 0 without a trained scale and shift, else their degree.
    /// </summary>
    private protected SignalDegree NormalizedDegree(SignalDegree x, ScalingGroup group, int groupSize, double epsilon, Tensor<T>? scale,
        Tensor<T>? shift)
    {
        for (int begin = 0; begin < Channels; begin += groupSize)
            if (x.Mix(Name, Inputs[0].Source, begin, begin + groupSize) is { } mixed) return SignalDegree.Failed(mixed);
        // The mean of a single channel takes its shift along, that of several does not.
        if (x.Shift is { } unremoved && groupSize > 1) return SignalDegree.Failed(unremoved);
        int[] degrees = new int[Channels];
        DegreeMismatch? difference = null;
        for (int c = 0; c < Channels && scale is not null && shift is not null; c++)
        {
            int ofShift = group.ExponentOf(shift.Name, c);
            degrees[c] = group.ExponentOf(scale.Name, c);
            if (degrees[c] != ofShift) difference ??= new DegreeMismatch(Name, "its scale", degrees[c], "its shift", ofShift);
        }
        bool isScaled = x.Shift is not null || x.Channels.Any(degree => degree != 0);
        return new SignalDegree([.. degrees]) { Shift = difference, EpsilonLayer = isScaled && epsilon > 0 ? Name : null };
    }

    private protected static IReadOnlyList<Tensor<T>> Both(Tensor<T>? scale, Tensor<T>? shift) =>
        scale is null || shift is null ? [] : [scale, shift];

    /// <summary>Sum over the images of a [image][channel] array, in order, in double.</summary>
    private protected static double SumOverImages(T* values, int channel, int channels, int images)
    {
        double sum = 0;
        for (int image = 0; image < images; image++) sum += double.CreateTruncating(values[(long)image * channels + channel]);
        return sum;
    }

    /// <summary>A sum over the images in order, in double, continued over those of this rank.</summary>
    private protected double AddOwnImages(double sum, T* values, int channel, Pass<T> pass)
    {
        for (int image = pass.FirstImage; image < pass.EndImage; image++) sum += Number(values, image * Channels + channel);
        return sum;
    }

    private protected static double Number(T* values, int index) => double.CreateTruncating(values[index]);

    private protected static T Number(double value) => T.CreateTruncating(value);

    /// <summary>
    /// 1 / sqrt(variance + epsilon); 0 for a constant channel without epsilon, which then gives its shift and no gradient.
    /// </summary>
    private protected static double InverseDeviation(double variance, double epsilon) =>
        variance + epsilon > 0 ? 1 / Math.Sqrt(variance + epsilon) : variance + epsilon == 0 ? 0 : double.NaN;

    /// <summary>A channel's trained scale, or 1.</summary>
    private protected static double ScaleParameter(Tensor<T>? scale, int channel) => scale is null ? 1 : Number(scale.Pointer, channel);
}
