using System.Numerics;
using Etalon.Engine;

namespace Etalon.Lab.Benchmarks;

/// <summary>
/// One pass of a convolution over a batch of random numbers, to be timed: what another framework's operator does, with the images framed
/// and the weight gradient summed over the batch each time, and for the forward pass the weights laid out.
/// </summary>
/// <remarks>
/// It is the convolution of a small network, whose other layers are not timed: frozen weights have no gradient, and a convolution that
/// reads the images computes none for them.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class ConvolutionSpeed<T> : IDisposable where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ConvolutionPass _measured;
    private readonly Network<T> _network;
    private readonly Convolution<T> _layer;
    private readonly int _place;
    private readonly T[] _images;
    private readonly int[] _labels;

    /// <summary>The network of the layer, initialized, with a batch.</summary>
    /// <param name="shape">The convolution, with a square kernel.</param>
    /// <param name="measured">Which pass <see cref="Run"/> times.</param>
    /// <param name="images">Images in the batch, at least 1.</param>
    /// <param name="workers">The threads that compute; they outlive this.</param>
    /// <param name="isDirect">Whether to compute directly, also where Winograd's form would be faster. Default: false.</param>
    /// <exception cref="ArgumentException">The sizes do not fit each other.</exception>
    public ConvolutionSpeed(ConvolutionShape shape, ConvolutionPass measured, int images, Workers workers, bool isDirect = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(images, 1);
        _measured = measured;
        bool isOfWeights = measured == ConvolutionPass.WeightGradient;
        var build = new NetworkBuilder<T>(shape.InputHeight, shape.InputWidth, shape.InputChannels, isDirect);
        var x = isOfWeights ? build.Input : build.Sum("before", build.Input);
        x = build.Convolution("convolution", x, shape.OutputChannels, shape.KernelHeight, shape.Stride, shape.Padding,
            isFrozen: !isOfWeights);
        _network = build.Build(build.GlobalAveragePool("after", x), new SquaredError(), images, workers);
        _network.Initialize(seed: 1);
        _layer = _network.Layers.OfType<Convolution<T>>().Single();
        _place = _network.Layers.ToList().IndexOf(_layer);
        _images = new T[images * shape.InputLength];
        _labels = new int[images];
        var numbers = new CounterStream(seed: 1, "speed");
        foreach (ref T number in _images.AsSpan()) number = T.CreateTruncating(numbers.NextDouble() - 0.5);
    }

    /// <summary>The way it is computed: "direct" or "winograd".</summary>
    public string Algorithm => _layer.Algorithm;

    /// <summary>Multiplications and additions of a pass over the batch, in the direct form.</summary>
    public double Operations => 2.0 * _layer.MultiplyAdds * _labels.Length;

    /// <summary>Does the pass once and returns its seconds.</summary>
    public double Run()
    {
        var times = new LayerTimes(_network.Layers.Count);
        _network.Times = times;
        _network.Forward(_images, _labels, isTraining: _measured != ConvolutionPass.Forward);
        if (_measured == ConvolutionPass.Forward) return times.Preparation + times.Forward(_place);
        _network.Backward();
        return times.Backward(_place);
    }

    /// <inheritdoc/>
    public void Dispose() => _network.Dispose();
}

/// <summary>One of the three computations of a convolution, each with as many multiply-adds.</summary>
internal enum ConvolutionPass
{
    /// <summary>y = x * w.</summary>
    Forward,

    /// <summary>The gradient of x from that of y.</summary>
    DataGradient,

    /// <summary>The gradient of w from x and the gradient of y.</summary>
    WeightGradient,
}
