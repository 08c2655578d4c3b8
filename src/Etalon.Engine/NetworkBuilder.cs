using System.Numerics;
using Etalon.Engine.Kernels.Convolution;

namespace Etalon.Engine;

/// <summary>Puts a network together, layer by layer: each method adds one and returns what it hands on.</summary>
/// <example>
/// <code>
/// var build = new NetworkBuilder&lt;float&gt;(28, 28, 1);
/// var x = build.Convolution("conv", build.Input, 16, kernel: 3);
/// x = build.Rectify(build.BatchNormalization("norm", x));
/// x = build.Linear("head", build.GlobalAveragePool("pool", x), 10);
/// using var workers = new Workers(2);
/// using var network = build.Build(x, new SoftmaxCrossEntropy(), maxBatch: 128, workers);
/// network.Initialize(seed: 1);
/// </code>
/// </example>
/// <typeparam name="T">float or double.</typeparam>
public sealed class NetworkBuilder<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly List<Layer<T>> _layers = [];
    private bool _isTaken;
    private readonly bool _isDirect;

    /// <summary>A network that reads images of this shape.</summary>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="isDirect">Whether to compute every convolution directly, also where Winograd's form would be faster. Default:
    /// false.</param>
    public NetworkBuilder(int height, int width, int channels, bool isDirect = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        _isDirect = isDirect;
        Input = new Signal<T>(new FeatureMap<T>("input", height, width, channels, null));
    }

    /// <summary>The images.</summary>
    public Signal<T> Input { get; }

    /// <summary>
    /// A convolution without bias, of odd kernel size with the padding that keeps the size at stride 1, and a residual to add.
    /// </summary>
    /// <param name="name">The layer's name.</param>
    /// <param name="input">x.</param>
    /// <param name="outputs">Output channels.</param>
    /// <param name="kernel">Rows and columns of the kernel.</param>
    /// <param name="stride">Pixels from one output to the next. Default: 1.</param>
    /// <param name="padding">Zeros around the image. Default: kernel / 2.</param>
    /// <param name="residual">What is added to the output; none by default.</param>
    /// <param name="isFrozen">Whether the weights keep their initial values. Default: false.</param>
    public Signal<T> Convolution(string name, Signal<T> input, int outputs, int kernel, int stride = 1, int? padding = null,
        Signal<T>? residual = null, bool isFrozen = false)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(kernel, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        int zeros = padding ?? kernel / 2;
        ArgumentOutOfRangeException.ThrowIfNegative(zeros, nameof(padding));
        var map = input.Map;
        if (kernel > Math.Min(map.Height, map.Width) + 2 * zeros)
            throw new ArgumentException(
                $"layer '{name}': a kernel of {kernel} does not fit an image of {map.Height}x{map.Width} with padding {zeros}",
                nameof(kernel));
        RequireSize(name, (long)kernel * kernel * map.Channels * outputs, (long)map.Height * map.Width * outputs);
        var shape = new ConvolutionShape(map.Height, map.Width, map.Channels, outputs, kernel, kernel, stride, zeros);
        return Add(new Convolution<T>(name, input, residual, isFrozen, ConvolutionKernels.Create<T>(shape, _isDirect)));
    }

    /// <summary>A linear layer without bias over all numbers of an image; a frozen one keeps its initial weights.</summary>
    public Signal<T> Linear(string name, Signal<T> input, int outputs, bool isFrozen = false) =>
        Linear(name, input, outputs, isFrozen, isWeightNormalized: false);

    /// <summary>
    /// A linear layer without bias whose weights are the directions v / |v| of its parameters, output channel by output channel: weight
    /// normalization (Salimans and Kingma, NeurIPS 2016) with the scale fixed to 1. Its parameters are scale-invariant without any
    /// normalization of activations.
    /// </summary>
    public Signal<T> WeightNormalizedLinear(string name, Signal<T> input, int outputs) =>
        Linear(name, input, outputs, isFrozen: false, isWeightNormalized: true);

    private Signal<T> Linear(string name, Signal<T> input, int outputs, bool isFrozen, bool isWeightNormalized)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        RequireSize(name, (long)input.Map.ImageLength * outputs, outputs);
        return Add(new Linear<T>(name, input, outputs, isFrozen, isWeightNormalized));
    }

    /// <summary>A number added to each channel; a frozen one stays 0.</summary>
    public Signal<T> Bias(string name, Signal<T> input, bool isFrozen = false) => Add(new Bias<T>(name, input, isFrozen));

    /// <summary>Batch normalization, with trained scale and shift unless <paramref name="affine"/> is false.</summary>
    /// <param name="name">The layer's name.</param>
    /// <param name="input">x.</param>
    /// <param name="affine">Whether scale and shift are trained. Default: true.</param>
    /// <param name="epsilon">Added to the variance; at least 0. Default: 1e-5.</param>
    /// <param name="momentum">The share of a batch in the running statistics, in [0, 1]. Default: 0.1.</param>
    public Signal<T> BatchNormalization(string name, Signal<T> input, bool affine = true, double epsilon = 1e-5, double momentum = 0.1) =>
        Add(new BatchNormalization<T>(name, input, affine, epsilon, momentum));

    /// <summary>Group normalization; one group is layer normalization, a group for each channel instance normalization.</summary>
    /// <param name="name">The layer's name.</param>
    /// <param name="input">x.</param>
    /// <param name="groups">A divisor of the channels.</param>
    /// <param name="affine">Whether scale and shift are trained. Default: true.</param>
    /// <param name="epsilon">Added to the variance; at least 0. Default: 1e-5.</param>
    public Signal<T> GroupNormalization(string name, Signal<T> input, int groups, bool affine = true, double epsilon = 1e-5) =>
        Add(new GroupNormalization<T>(name, input, groups, affine, epsilon));

    /// <summary>
    /// A row of weights for each symbol of a text, which the network's input of one row and one channel holds as whole numbers.
    /// </summary>
    /// <param name="name">The layer's name.</param>
    /// <param name="symbols">How many symbols there are: 0 .. symbols - 1.</param>
    /// <param name="width">Channels of a token.</param>
    /// <param name="hasPlaces">Whether a trained row for the token's place is added. Default: false.</param>
    public Signal<T> Embedding(string name, int symbols, int width, bool hasPlaces = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(symbols, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        RequireSize(name, (long)(symbols + Input.Map.Pixels) * width, (long)Input.Map.Pixels * width);
        return Add(new Embedding<T>(name, Input, symbols, width, hasPlaces));
    }

    /// <summary>The same linear map of the channels of every token, without bias: a convolution of one pixel.</summary>
    /// <remarks>Its weights begin normal with mean 0 and standard deviation 1 / sqrt(inputs), which keeps the size of a normalized
    /// token.</remarks>
    /// <param name="name">The layer's name.</param>
    /// <param name="input">x.</param>
    /// <param name="outputs">Output channels.</param>
    /// <param name="residual">What is added to the output; none by default.</param>
    /// <param name="isFrozen">Whether the weights keep their initial values. Default: false.</param>
    public Signal<T> Project(string name, Signal<T> input, int outputs, Signal<T>? residual = null, bool isFrozen = false)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        return Project(name, input, outputs, residual, isFrozen, tied: null);
    }

    /// <summary>A score for each symbol of an embedding, by the embedding's own weights (Press and Wolf, EACL 2017).</summary>
    /// <param name="name">The layer's name.</param>
    /// <param name="input">x, of the embedding's width.</param>
    /// <param name="embedding">What <see cref="Embedding"/> returned.</param>
    public Signal<T> TiedScores(string name, Signal<T> input, Signal<T> embedding)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(embedding);
        if (embedding.Map.Producer is not Embedding<T> layer || layer.Width != input.Map.Channels)
            throw new ArgumentException(
                $"layer '{name}' takes the weights of an embedding of {input.Map.Channels} channels, as many as its input has",
                nameof(embedding));
        return Project(name, input, layer.Symbols, residual: null, isFrozen: false, new TiedWeights<T>(layer));
    }

    private Signal<T> Project(string name, Signal<T> input, int outputs, Signal<T>? residual, bool isFrozen, TiedWeights<T>? tied)
    {
        var map = input.Map;
        RequireSize(name, (long)map.Channels * outputs, (long)map.Pixels * outputs);
        var shape = new ConvolutionShape(map.Height, map.Width, map.Channels, outputs, 1, 1, 1, 0);
        return Add(new Convolution<T>(name, input, residual, isFrozen, ConvolutionKernels.Create<T>(shape, _isDirect),
            1 / Math.Sqrt(map.Channels), tied));
    }

    /// <summary>Each token divided by the root mean square of its channels.</summary>
    /// <param name="name">The layer's name.</param>
    /// <param name="input">x.</param>
    /// <param name="parts">Equal parts of the channels that are normalized by themselves, such as heads. Default: 1.</param>
    /// <param name="affine">Whether a scale is trained. Default: true.</param>
    /// <param name="epsilon">Added to the mean square; at least 0. Default: 1e-5.</param>
    public Signal<T> RmsNormalization(string name, Signal<T> input, int parts = 1, bool affine = true, double epsilon = 1e-5)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Add(new TokenNormalization<T>(name, input, parts, hasMean: false, affine, epsilon));
    }

    /// <summary>Layer normalization of each token by itself: its channels less their mean, divided by their deviation.</summary>
    /// <param name="name">The layer's name.</param>
    /// <param name="input">x.</param>
    /// <param name="parts">Equal parts of the channels that are normalized by themselves, such as heads. Default: 1.</param>
    /// <param name="affine">Whether scale and shift are trained. Default: true.</param>
    /// <param name="epsilon">Added to the variance; at least 0. Default: 1e-5.</param>
    public Signal<T> TokenNormalization(string name, Signal<T> input, int parts = 1, bool affine = true, double epsilon = 1e-5)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Add(new TokenNormalization<T>(name, input, parts, hasMean: true, affine, epsilon));
    }

    /// <summary>Softmax attention of each token to itself and those before it, in several heads.</summary>
    /// <param name="name">The layer's name.</param>
    /// <param name="queries">[tokens][channels].</param>
    /// <param name="keys">[tokens][channels].</param>
    /// <param name="values">[tokens][channels].</param>
    /// <param name="heads">A divisor of the channels.</param>
    /// <param name="isRotary">Whether queries and keys are turned by angles that grow with the token's place (Su et al. 2021). Default:
    /// false.</param>
    public Signal<T> CausalAttention(string name, Signal<T> queries, Signal<T> keys, Signal<T> values, int heads, bool isRotary = false)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(values);
        return Add(new CausalAttention<T>(name, queries, keys, values, heads, isRotary));
    }

    /// <summary>GELU in its form with tanh: y = x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2 (Hendrycks and Gimpel 2016).</summary>
    public Signal<T> Gelu(string name, Signal<T> input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Add(new Gelu<T>(name, input));
    }

    /// <summary>SwiGLU: y = u x sigmoid(x) (Shazeer 2020).</summary>
    /// <param name="name">The layer's name.</param>
    /// <param name="gate">x.</param>
    /// <param name="input">u.</param>
    public Signal<T> SwiGlu(string name, Signal<T> gate, Signal<T> input)
    {
        ArgumentNullException.ThrowIfNull(gate);
        ArgumentNullException.ThrowIfNull(input);
        return Add(new SwiGlu<T>(name, gate, input));
    }

    /// <summary>ReLU.</summary>
    public Signal<T> Rectify(Signal<T> input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Add(new Rectifier<T>($"relu {_layers.Count}", input));
    }

    /// <summary>The stored sum of signals of one shape.</summary>
    public Signal<T> Sum(string name, params Signal<T>[] inputs) => Add(new Sum<T>(name, inputs));

    /// <summary>The largest value of each window.</summary>
    public Signal<T> MaxPool(string name, Signal<T> input, int size, int stride) =>
        Add(new Pooling<T>(name, input, isMaximum: true, size, size, stride));

    /// <summary>The mean of each window.</summary>
    public Signal<T> AveragePool(string name, Signal<T> input, int size, int stride) =>
        Add(new Pooling<T>(name, input, isMaximum: false, size, size, stride));

    /// <summary>The mean of each channel over the image.</summary>
    public Signal<T> GlobalAveragePool(string name, Signal<T> input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Add(new Pooling<T>(name, input, isMaximum: false, input.Map.Height, input.Map.Width, 1));
    }

    /// <summary>The network: its memory is laid out and allocated here. Another network takes another builder.</summary>
    /// <param name="outputs">What the loss reads.</param>
    /// <param name="loss">What training minimizes.</param>
    /// <param name="maxBatch">The largest batch that it will see.</param>
    /// <param name="workers">The threads that compute; they outlive the network.</param>
    /// <param name="ranks">The processes that each compute a part of every batch; they outlive the network. Default: this one
    /// alone.</param>
    /// <exception cref="InvalidOperationException">The layers belong to a network, or to a question, already.</exception>
    public Network<T> Build(Signal<T> outputs, Loss loss, int maxBatch, Workers workers, Communicator? ranks = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBatch, 1);
        Take();
        return new Network<T>(_layers, Input.Map, outputs, loss, maxBatch, workers, ranks ?? Communicator.Alone);
    }

    /// <summary>
    /// The layers of the network in the order of the forward pass, the loss last, with the names and shapes of their tensors and no memory:
    /// for questions about the network's structure. The layers then belong to the question: build the network with another builder.
    /// </summary>
    /// <param name="outputs">What the loss reads.</param>
    /// <param name="loss">What training minimizes.</param>
    /// <exception cref="RegionFullException">The parameters alone would have 2^31 numbers or more.</exception>
    /// <exception cref="InvalidOperationException">The layers belong to a network, or to a question, already.</exception>
    public IReadOnlyList<Layer<T>> Describe(Signal<T> outputs, Loss loss)
    {
        Take();
        Layer<T>[] layers = [.. _layers, new OutputLayer<T>(outputs, loss)];
        Network<T>.Describe(layers, Input.Map);
        return layers;
    }

    /// <summary>
    /// The memory that the network would take, asked before it is taken. The layers then belong to the question: build the network with
    /// another builder.
    /// </summary>
    /// <param name="outputs">What the loss reads.</param>
    /// <param name="loss">What training minimizes.</param>
    /// <param name="maxBatch">The largest batch, at least 1.</param>
    /// <param name="threads">The threads that compute, at least 1.</param>
    /// <exception cref="RegionFullException">The parameters alone would have 2^31 numbers or more.</exception>
    /// <exception cref="InvalidOperationException">The layers belong to a network, or to a question, already.</exception>
    public NetworkMemory MemoryOf(Signal<T> outputs, Loss loss, int maxBatch, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBatch, 1);
        // Linear in the batch but for the gaps between tensors, of a line of memory at most.
        const int More = 16;
        Take();
        Layer<T>[] layers = [.. _layers, new OutputLayer<T>(outputs, loss)];
        var one = Network<T>.MemoryOf(layers, Input.Map, 1, threads);
        long perImage = (Network<T>.MemoryOf(layers, Input.Map, 1 + More, threads).TotalBytes - one.TotalBytes) / More;
        return one with { TotalBytes = one.TotalBytes + perImage * (maxBatch - 1L) };
    }

    // Layers hold the memory of one network: a second one would compute in the first one's place.
    private void Take()
    {
        if (_isTaken)
            throw new InvalidOperationException(
                "the layers of this builder belong to a network already, or to a question about one; make another builder for the next");
        _isTaken = true;
    }

    private static void RequireSize(string name, long weights, long outputs)
    {
        // Each chunk of a batch has a weight gradient of its own, and they lie in one region.
        const int MostWeights = int.MaxValue / Pass<T>.MaxChunks, MostOutputs = 1 << 27;
        if (weights > MostWeights)
            throw new ArgumentException(
                $"layer '{name}' would have {weights:N0} weights, and a layer has at most {MostWeights:N0}; make it narrower",
                nameof(weights));
        if (outputs > MostOutputs)
            throw new ArgumentException(
                $"layer '{name}' would give {outputs:N0} numbers for an image, and "
                + $"a layer gives at most {MostOutputs:N0}; make it narrower",
                nameof(outputs));
    }

    private Signal<T> Add(Layer<T> layer)
    {
        _layers.Add(layer);
        return layer.Output;
    }
}

/// <summary>The native memory that a network takes, known before it is taken.</summary>
/// <param name="ParameterBytes">Of the parameters; the gradients, and each of an optimizer's slots, take as much again.</param>
/// <param name="StateBytes">Of running statistics and frozen weights.</param>
/// <param name="TotalBytes">Of everything that the network itself holds: parameters, gradients, state, activations and scratch.</param>
public readonly record struct NetworkMemory(long ParameterBytes, long StateBytes, long TotalBytes)
{
    /// <summary>The figures as text, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(NetworkMemory), PrintMembers);
}
