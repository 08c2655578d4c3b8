using System.Numerics;
using Etalon.Engine;
using Etalon.Lab.Data;

namespace Etalon.Lab.Models;

/// <summary>Builds the network that a recipe names.</summary>
internal static class Model
{
    private const string HeadName = "head";

    /// <summary>The images that a model is taken to read where its recipe names no data: those of CIFAR-10.</summary>
    internal static readonly ImageSize DefaultImage = new(32, 32, 3);

    /// <summary>The classes that it is then taken to tell apart.</summary>
    internal const int DefaultClasses = 10;

    /// <summary>
    /// What a model reads and tells apart where its recipe names no data: a transformer a text, every other one CIFAR-10.
    /// </summary>
    internal static (ImageSize Image, int Classes) DefaultsOf(ModelSpec spec) => spec.Kind == ModelKind.Transformer
        ? (new TextSpec().Image, TextSymbols.Count)
        : (DefaultImage, DefaultClasses);

    /// <summary>The network, with its parameters still to be initialized.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="image">What it reads.</param>
    /// <param name="classes">What it tells apart.</param>
    /// <param name="loss">What training minimizes.</param>
    /// <param name="maxBatch">The largest batch.</param>
    /// <param name="workers">The threads that compute.</param>
    /// <param name="ranks">The processes that share every batch. Default: this one alone.</param>
    /// <exception cref="InputException">The model does not fit the images.</exception>
    public static Network<T> Build<T>(
        ModelSpec spec, ImageSize image, int classes, Loss loss, int maxBatch, Workers workers, Communicator? ranks = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(workers);
        return Lay<T, Network<T>>(spec, image, classes, loss, (build, outputs) => build.Build(outputs, loss, maxBatch, workers, ranks));
    }

    /// <summary>The memory that the network would take; none of it is taken.</summary>
    /// <exception cref="InputException">The model does not fit the images.</exception>
    internal static NetworkMemory MemoryOf<T>(ModelSpec spec, ImageSize image, int classes, Loss loss, int maxBatch, int threads)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Lay<T, NetworkMemory>(spec, image, classes, loss, (build, outputs) => build.MemoryOf(outputs, loss, maxBatch, threads));

    /// <summary>The layers of the network with the names and shapes of their tensors; none of its memory is taken.</summary>
    /// <exception cref="InputException">The model does not fit the images.</exception>
    internal static IReadOnlyList<Layer<float>> Describe(ModelSpec spec, ImageSize image, int classes, Loss loss) =>
        Lay<float, IReadOnlyList<Layer<float>>>(spec, image, classes, loss, (build, outputs) => build.Describe(outputs, loss));

    private static TMade Lay<T, TMade>(ModelSpec spec, ImageSize image, int classes, Loss loss,
        Func<NetworkBuilder<T>, Signal<T>, TMade> make) where T : unmanaged, IFloatingPointIeee754<T>
    {
        try
        {
            var build = new NetworkBuilder<T>(image.Height, image.Width, image.Channels, spec.Convolution == ConvolutionMode.Direct);
            if (spec.Kind == ModelKind.Transformer) return make(build, Transformer.Scores(build, spec, loss.OutputsFor(classes)));
            if (spec.Head == HeadMode.Tied) throw new ArgumentException("only a transformer has an embedding that a head could be tied to");
            var features = spec.Kind switch
            {
                ModelKind.Mlp => Mlp.Features(build, spec),
                ModelKind.Cnn => PlainCnn.Features(build, spec),
                ModelKind.ResNet => ResidualNetwork.Features(build, spec),
                _ => PreActivationNetwork.Features(build, spec),
            };
            return make(build, Head(build, spec, features, loss.OutputsFor(classes)));
        }
        catch (Exception exception) when (exception is ArgumentException or RegionFullException)
        {
            throw new InputException(
                $"model {spec.Name} does not fit {image.Height}x{image.Width}x{image.Channels} images with {classes} classes: "
                + $"{Reason(exception)}");
        }
    }

    /// <summary>
    /// What a model's last linear layer reads, its features: the global means of a convolutional network, the last hidden activations of a
    /// perceptron.
    /// </summary>
    internal static Signal<T> FeaturesOf<T>(Network<T> network) where T : unmanaged, IFloatingPointIeee754<T> =>
        (ModelHead.Of(network.Layers)
            ?? throw new ArgumentException("the network has no linear layer before its loss", nameof(network))).Inputs[0];

    // .NET appends the name of the parameter in code, which means nothing to the writer of a recipe.
    private static string Reason(Exception exception) => exception.Message.Split(" (Parameter", 2)[0];

    private static Signal<T> Head<T>(NetworkBuilder<T> build, ModelSpec spec, Signal<T> features, int outputs)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        bool isFrozen = spec.Head == HeadMode.Frozen;
        return build.Bias($"{HeadName}.bias", build.Linear(HeadName, features, outputs, isFrozen), isFrozen);
    }
}
