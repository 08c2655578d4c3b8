using System.Numerics;
using Etalon.Engine.Kernels.Convolution;
using Etalon.Engine.Layers;
using Etalon.Engine.Parallel;
using Etalon.Engine.Random;
using Etalon.Engine.Ranks;

namespace Etalon.Engine.Speed;

/// <summary>
/// One pass of a convolution over a batch of random numbers, to be timed: what another framework's operator does, with the weights laid
/// out, the images framed and the weight gradient summed over the batch each time.
/// </summary>
/// <remarks>It runs the layer that networks consist of: one that is frozen computes no weight gradient, one that reads the network's images
/// no data gradient.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class ConvolutionSpeed<T> : IDisposable where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ConvolutionPass _measured;
    private readonly Convolution<T> _layer;
    private readonly NetworkLayout<T> _layout;
    private readonly Pass<T> _pass;

    /// <summary>The layer with its memory, filled.</summary>
    /// <param name="shape">The convolution.</param>
    /// <param name="measured">Which pass <see cref="Run"/> does.</param>
    /// <param name="images">Images in the batch, at least 1.</param>
    /// <param name="workers">The threads that compute.</param>
    /// <param name="isDirect">Whether to compute directly, also where Winograd's form would be faster. Default: false.</param>
    /// <exception cref="ArgumentException">The sizes do not fit each other.</exception>
    public ConvolutionSpeed(ConvolutionShape shape, ConvolutionPass measured, int images, Workers workers, bool isDirect = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(images, 1);
        var kernel = ConvolutionKernels.Create<T>(shape, isDirect);
        _measured = measured;
        var batch = new FeatureMap<T>("images", shape.InputHeight, shape.InputWidth, shape.InputChannels, null);
        var before = new Sum<T>("before", [new Signal<T>(batch)]);
        bool isOfWeights = measured == ConvolutionPass.WeightGradient;
        _layer = new Convolution<T>(
            "convolution", isOfWeights ? new Signal<T>(batch) : before.Output, null, isFrozen: !isOfWeights, kernel);
        var after = new Sum<T>("after", [_layer.Output]);

        _layout = new NetworkLayout<T>(images);
        Layer<T>[] layers = [before, _layer, after];
        batch.Declare(_layout);
        foreach (var layer in layers) layer.Declare(_layout);
        _layout.ShareGradients(layers);
        _layout.Allocate();
        _pass = new Pass<T>(workers, Communicator.Alone, layers);
        _pass.Begin(images, isTraining: true);
        _layer.Initialize(seed: 1, Initialization.HeFanOut);
        var numbers = new CounterStream(seed: 1, "speed");
        foreach (ref T number in _layout.Activations.Span) number = T.CreateTruncating(numbers.NextDouble() - 0.5);
    }

    /// <summary>The way it is computed: "direct" or "winograd".</summary>
    public string Algorithm => _layer.Algorithm;

    /// <summary>Multiplications and additions of a pass over the batch, in the direct form.</summary>
    public double Operations => 2.0 * _layer.MultiplyAdds * _pass.Images;

    /// <summary>The pass, once.</summary>
    public void Run()
    {
        if (_measured == ConvolutionPass.Forward)
        {
            _layer.PrepareForward();
            _layer.Forward(_pass);
            return;
        }
        if (_measured == ConvolutionPass.DataGradient) _layer.PrepareDataGradient();
        _layer.Backward(_pass);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _pass.Dispose();
        _layout.Dispose();
    }
}

/// <summary>One of the three computations of a convolution, each with as many multiply-adds.</summary>
public enum ConvolutionPass
{
    /// <summary>y = x * w.</summary>
    Forward,

    /// <summary>The gradient of x from that of y.</summary>
    DataGradient,

    /// <summary>The gradient of w from x and the gradient of y.</summary>
    WeightGradient,
}
