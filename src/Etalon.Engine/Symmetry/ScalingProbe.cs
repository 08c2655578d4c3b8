using Etalon.Numerics;

namespace Etalon.Engine;

/// <summary>
/// Scales parameters of a network and looks at what happens to its outputs for one training batch; the numerical counterpart of
/// <see cref="HomogeneityCheck"/>.
/// </summary>
/// <remarks>
/// While the probe lives, scales, shifts and biases (which begin at 1 and 0, where they hide what they do) are moved by random numbers of
/// standard deviation 1/2. Disposing it puts parameters, running statistics and all else back. Normalizations with epsilon > 0 are measured
/// as they are.
/// </remarks>
public sealed class ScalingProbe : IDisposable
{
    // A gradient this much smaller than the whole one is rounding: its direction says nothing.
    private const double SmallestShare = 1e-4;
    private static readonly double[] Factors = [10, 3, 0.5];

    private readonly Network<double> _network;
    private readonly double[] _images, _savedParameters, _savedState, _parameters, _gradient, _outputs;
    private readonly int[] _labels;
    private readonly double _gradientNorm;

    /// <summary>A probe with a batch of its own: standard normal images, or uniform symbols of a text, with uniform labels.</summary>
    /// <param name="network">The network; nobody else may use it while the probe lives.</param>
    /// <param name="imageLength">Numbers in an image.</param>
    /// <param name="classes">Labels are 0 .. classes - 1.</param>
    /// <param name="seed">What images, labels and moved parameters follow from.</param>
    public ScalingProbe(Network<double> network, int imageLength, int classes, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(network);
        _network = network;
        (_savedParameters, _savedState) = (network.Parameters.Span.ToArray(), network.State.Span.ToArray());
        (_images, _labels) = (new double[network.MaxBatch * imageLength], new int[network.MaxBatch * network.LabelsPerImage]);
        var stream = new CounterStream(seed, "scaling probe");
        foreach (ref double value in _images.AsSpan())
            value = network.InputSymbols is { } symbols ? stream.NextBelow((uint)symbols) : stream.NextNormal();
        foreach (ref int label in _labels.AsSpan()) label = (int)stream.NextBelow((uint)classes);
        foreach (var tensor in network.Parameters.Tensors)
            if (tensor.Shape.Count == 1) MoveAtRandom(tensor.Span, new CounterStream(seed, $"scaling probe/{tensor.Name}"));
        _parameters = network.Parameters.Span.ToArray();
        _outputs = Outputs();
        network.Backward();
        _gradient = network.Gradients.Span.ToArray();
        _gradientNorm = Norm(_gradient);
    }

    /// <summary>A group multiplied by 10, by 3 and by 1/2.</summary>
    public ScalingMeasurement Measure(ScalingGroup group) => Measure(group, Factors);

    /// <summary>A group multiplied by some factors, one after another.</summary>
    public ScalingMeasurement Measure(ScalingGroup group, params ReadOnlySpan<double> factors)
    {
        ArgumentNullException.ThrowIfNull(group);
        double change = 0;
        foreach (double factor in factors)
            change = Larger(change, ChangeAfter((tensor, channel) => Elementary.Pow(factor, group.ExponentOf(tensor, channel))));
        var sums = new RadialSums();
        foreach (var tensor in _network.Parameters.Tensors)
            for (int i = 0; i < tensor.Length; i++)
                if (group.ExponentOf(tensor.Name, i % tensor.Shape[^1]) != 0)
                    sums.Add(_gradient[tensor.Offset + i], _parameters[tensor.Offset + i]);
        return new ScalingMeasurement(change, sums.Cosine(_gradientNorm * SmallestShare));
    }

    /// <summary>
    /// Every output channel of a tensor multiplied by a factor of its own, from 1/4 to 4; the largest radial gradient of a channel.
    /// </summary>
    public ScalingMeasurement MeasureChannels(string name)
    {
        var tensor = _network.Parameters[name];
        int channels = tensor.Shape[^1];
        var stream = new CounterStream(0, $"scaling probe/channels of {name}");
        double[] factors = [.. Enumerable.Range(0, channels).Select(_ => Elementary.Pow(4, 2 * stream.NextDouble() - 1))];
        double change = ChangeAfter((other, channel) => other == name ? factors[channel] : 1);
        double radial = 0;
        for (int channel = 0; channel < channels; channel++)
        {
            var sums = new RadialSums();
            for (long i = channel; i < tensor.Length; i += channels) sums.Add(_gradient[tensor.Offset + i], _parameters[tensor.Offset + i]);
            radial = Larger(radial, sums.Cosine(_gradientNorm * SmallestShare));
        }
        return new ScalingMeasurement(change, radial);
    }

    private double ChangeAfter(Func<string, int, double> factorOf)
    {
        foreach (var tensor in _network.Parameters.Tensors)
        {
            var values = tensor.Span;
            int channels = tensor.Shape[^1];
            for (int channel = 0; channel < channels; channel++)
            {
                double factor = factorOf(tensor.Name, channel);
                if (factor == 1) continue;
                for (int i = channel; i < values.Length; i += channels) values[i] *= factor;
            }
        }
        double[] outputs = Outputs();
        _parameters.CopyTo(_network.Parameters.Span);
        double largest = 0, change = 0;
        for (int i = 0; i < outputs.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(_outputs[i]));
            change = Larger(change, Math.Abs(outputs[i] - _outputs[i]));
        }
        return change / largest;
    }

    private double[] Outputs()
    {
        _network.Forward(_images, _labels, isTraining: true);
        var outputs = new List<double>();
        for (int image = 0; image < _network.MaxBatch; image++) outputs.AddRange(_network.OutputsOf(image));
        return [.. outputs];
    }

    private static void MoveAtRandom(Span<double> values, CounterStream stream)
    {
        foreach (ref double value in values) value += stream.NextNormal() / 2;
    }

    // Unlike a comparison, keeps a NaN: outputs that are not finite are no invariance.
    private static double Larger(double x, double y) => Math.Max(x, y);

    private static double Norm(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values) sum += value * value;
        return Math.Sqrt(sum);
    }

    private struct RadialSums
    {
        private double _product, _gradient, _weight;

        public void Add(double gradient, double weight)
        {
            _product += gradient * weight;
            _gradient += gradient * gradient;
            _weight += weight * weight;
        }

        public readonly double Cosine(double smallestGradient) =>
            _weight == 0 ? 0 : Math.Abs(_product) / (Math.Max(Math.Sqrt(_gradient), smallestGradient) * Math.Sqrt(_weight));
    }

    /// <summary>Puts the network back as it was.</summary>
    public void Dispose()
    {
        _savedParameters.CopyTo(_network.Parameters.Span);
        _savedState.CopyTo(_network.State.Span);
    }
}

/// <summary>What scaling numbers of a network did to its outputs for a batch, and their gradient along themselves.</summary>
/// <param name="OutputChange">The largest change of an output over all factors, relative to the largest output: 0 where the group is
/// scale-invariant.</param>
/// <param name="RadialGradient">The cosine between the numbers w and their gradient g, |(g, w)| / (|g| |w|): 0 where the group is
/// scale-invariant (Lemma 1.3a of Li and Arora 2019).</param>
public readonly record struct ScalingMeasurement(double OutputChange, double RadialGradient)
{
    /// <summary>
    /// Up to this a number is rounding, above it dependence. Measured on all families of models, 8 to 56 layers deep: at most 6e-14 where
    /// the scale does not matter, at least 2e-5 where it does.
    /// </summary>
    public const double Tolerance = 1e-9;

    /// <summary>Whether both say that the scale does not matter.</summary>
    public bool IsInvariant => OutputChange <= Tolerance && RadialGradient <= Tolerance;

    /// <summary>
    /// Whether both say that it matters. Where neither this nor <see cref="IsInvariant"/> holds the measurement contradicts itself.
    /// </summary>
    public bool IsDependent => !(OutputChange <= Tolerance) && !(RadialGradient <= Tolerance);

    /// <summary>The figures for reports.</summary>
    public override string ToString() => $"outputs change by {OutputChange:0.0e+0}, cos(g, w) = {RadialGradient:0.0e+0}";
}
