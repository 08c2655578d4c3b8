using System.Diagnostics;
using System.Numerics;
using Etalon.Engine.Files;

namespace Etalon.Engine;

/// <summary>
/// A static list of layers, laid out once in four regions of memory: one loop up computes the loss of a batch, one loop down its gradient.
/// </summary>
/// <remarks>
/// The same parameters and batch give the same bits for any number of threads and ranks, and no step allocates managed memory.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class Network<T> : IDisposable where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Layer<T>[] _layers;
    private readonly FeatureMap<T> _input;
    private readonly OutputLayer<T> _output;
    private readonly Pass<T> _pass;
    private readonly NetworkLayout<T> _layout;
    private readonly Action<int, int> _prepareLayer;
    private HashSet<Layer<T>>? _followers;
    private readonly TrainCheck<T> _check;

    internal Network(IReadOnlyList<Layer<T>> layers, FeatureMap<T> input, Signal<T> outputs, Loss loss, int maxBatch, Workers workers,
        Communicator ranks)
    {
        _output = new OutputLayer<T>(outputs, loss);
        (_layers, _input, MaxBatch) = ([.. layers, _output], input, maxBatch);
        RefuseDoubleReadings();

        _layout = Declare(_layers, _input, maxBatch);
        _layout.Allocate();
        _check = new TrainCheck<T>(Parameters, Gradients);
        _pass = new Pass<T>(workers, ranks, _layers);
        _prepareLayer = (index, _) => _layers[index].Prepare(_pass!);
    }

    private static NetworkLayout<T> Declare(Layer<T>[] layers, FeatureMap<T> input, int maxBatch)
    {
        var layout = new NetworkLayout<T>(maxBatch);
        input.Declare(layout);
        foreach (var layer in layers) layer.Declare(layout);
        layout.ShareGradients(layers);
        return layout;
    }

    /// <summary>Lays out a network of these layers for one image; nothing is allocated.</summary>
    internal static void Describe(Layer<T>[] layers, FeatureMap<T> input)
    {
        using var layout = Declare(layers, input, maxBatch: 1);
    }

    /// <summary>What a network of these layers would take; none of it is allocated.</summary>
    internal static NetworkMemory MemoryOf(Layer<T>[] layers, FeatureMap<T> input, int maxBatch, int threads)
    {
        using var layout = Declare(layers, input, maxBatch);
        long numbers = 2 * layout.Parameters.Length + layout.State.Length + layout.Activations.Length + Pass<T>.LengthFor(threads, layers);
        return new NetworkMemory(layout.Parameters.Length * sizeof(T), layout.State.Length * sizeof(T), numbers * sizeof(T));
    }

    /// <summary>The layers in the order of the forward pass, the loss last.</summary>
    public IReadOnlyList<Layer<T>> Layers => _layers;

    /// <summary>The largest batch.</summary>
    public int MaxBatch { get; }

    /// <summary>Labels that an image has: 1, or one for each token of a text.</summary>
    public int LabelsPerImage => _output.LabelsPerImage;

    /// <summary>How many symbols the input's numbers are codes of, 0 .. symbols - 1; null where they are numbers.</summary>
    public int? InputSymbols => (Array.Find(_layers, layer => layer is Embedding<T>) as Embedding<T>)?.Symbols;

    /// <summary>What training changes.</summary>
    public Region<T> Parameters => _layout.Parameters;

    /// <summary>
    /// The gradient of the mean loss by the parameters, laid out as they are; overwritten by each <see cref="Backward"/>.
    /// </summary>
    public Region<T> Gradients => _layout.Gradients;

    /// <summary>What belongs to the network and is not trained: running statistics, frozen weights.</summary>
    public Region<T> State => _layout.State;

    /// <summary>Bytes of native memory that the network holds.</summary>
    public long MemoryBytes =>
        (Parameters.Length + Gradients.Length + State.Length + _layout.Activations.Length + _pass.Length) * sizeof(T);

    /// <summary>Where the time of each layer is added up, when somebody wants to know; none by default.</summary>
    public LayerTimes? Times { get; set; }

    /// <summary>Sets the parameters to where training begins; each tensor's numbers depend on the seed and its name alone.</summary>
    public void Initialize(ulong seed, Initialization initialization = Initialization.HeFanOut)
    {
        foreach (var layer in _layers) layer.Initialize(seed, initialization);
        _check.HasWeights = true;
    }

    /// <summary>
    /// The scale of the activations that normalizations read, relative to the run that this one is equivalent to: its scale-invariant
    /// weights are so many times as large. Running statistics and epsilon follow it, so that the two runs compute the same. Default: 1.
    /// </summary>
    /// <remarks>Li and Arora 2019 train in batch statistics, where nothing has to follow; running statistics and epsilon above 0 need
    /// it.</remarks>
    public double ActivationScale
    {
        get;
        set
        {
            if (!(value > 0 && double.IsFinite(value)))
                throw new ArgumentOutOfRangeException(nameof(value), value, "a scale is positive and finite");
            if (value == field) return;
            foreach (var layer in _layers)
                if (_followers?.Contains(layer) != false) layer.Rescale(value, field);
            field = value;
        }
    } = 1;

    /// <summary>
    /// Says which parameters <see cref="ActivationScale"/> speaks of: only normalizations that read something scaled with them follow it.
    /// With a tied head queries and keys alone are scaled, and the normalizations of the residual stream stay. Without a call all follow.
    /// </summary>
    /// <param name="group">The scale-invariant parameters.</param>
    public void FollowScaleOf(ScalingGroup group)
    {
        ArgumentNullException.ThrowIfNull(group);
        if (ActivationScale != 1)
            throw new InvalidOperationException("say what is scaled before it is: the activations' scale is no longer 1");
        _followers = HomogeneityCheck.ScaledReaders(_layers, group);
    }

    /// <summary>
    /// The share of a batch in the running statistics of batch normalization, in [0, 1]; null, the default, for each layer's own. With 1,
    /// 1/2, 1/3, ... in one training pass after another they become the means over these batches, as weights need that no batch was trained
    /// at.
    /// </summary>
    public double? StatisticsShare
    {
        get;
        set
        {
            foreach (var layer in _layers) (layer as BatchNormalization<T>)?.ShareBatch(value);
            field = value;
        }
    }

    /// <summary>Loss and accuracy of a batch.</summary>
    /// <param name="images">Images [image][height][width][channels]; they are copied.</param>
    /// <param name="labels">The class of each image, 0-based, or those of its tokens, <see cref="LabelsPerImage"/> an image; of 1 ..
    /// <see cref="MaxBatch"/> images.</param>
    /// <param name="isTraining">Whether batch normalization uses the batch's statistics and updates the running ones; otherwise the loss is
    /// <see cref="Loss.ForEvaluation"/>.</param>
    /// <exception cref="ArgumentException">The batch is empty or too large, the images do not have the network's shape, or a label is no
    /// class.</exception>
    public LossResult Forward(ReadOnlySpan<T> images, ReadOnlySpan<int> labels, bool isTraining)
    {
        int count = labels.Length / LabelsPerImage;
        if (count * LabelsPerImage != labels.Length)
            throw new ArgumentException($"{labels.Length} labels were given to a network with {LabelsPerImage} an image", nameof(labels));
        if (count < 1 || count > MaxBatch)
            throw new ArgumentException($"a batch of {count} images for a network built for 1 to {MaxBatch}; give a slice", nameof(labels));
        if (images.Length != count * _input.ImageLength)
            throw new ArgumentException(
                $"{count} images of {_input.ImageLength} numbers are {count * _input.ImageLength}, not {images.Length}", nameof(images));
        _output.Take(labels);
        _pass.Begin(count, isTraining);
        int begin = _pass.FirstImage * _input.ImageLength, length = _pass.OwnImages * _input.ImageLength;
        images.Slice(begin, length).CopyTo(new Span<T>(_input.Data + begin, length));
        Prepare();
        for (int i = 0; i < _layers.Length; i++)
        {
            long start = Times is null ? 0 : Stopwatch.GetTimestamp();
            _layers[i].Forward(_pass);
            Times?.AddForward(i, start);
        }
        return _output.Result;
    }

    private void Prepare()
    {
        long begin = Times is null ? 0 : Stopwatch.GetTimestamp();
        _pass.Workers.Run(_layers.Length, _prepareLayer);
        Times?.AddPreparation(begin);
    }

    /// <summary>
    /// The gradient of the mean loss of the batch that the last <see cref="Forward"/> saw while training, into <see cref="Gradients"/>.
    /// </summary>
    public void Backward()
    {
        if (!_pass.IsTraining)
            throw new InvalidOperationException("the last forward pass was an evaluation; run it with isTraining: true before Backward");
        _pass.BeginBackward();
        for (int i = _layers.Length - 1; i >= 0; i--)
        {
            long begin = Times is null ? 0 : Stopwatch.GetTimestamp();
            _layers[i].Backward(_pass);
            Times?.AddBackward(i, begin);
        }
        _pass.FinishBackward();
    }

    /// <summary>
    /// One training step: <see cref="Forward"/>, <see cref="Backward"/> and the optimizer's update. It returns the loss before the update.
    /// </summary>
    /// <param name="images">Images [image][height][width][channels].</param>
    /// <param name="labels">The class of each image, 0-based; 1 .. <see cref="MaxBatch"/> of them.</param>
    /// <param name="optimizer">An optimizer of this network's <see cref="Parameters"/> and <see cref="Gradients"/>.</param>
    /// <param name="numbers">The update's numbers, for each group of parameters.</param>
    /// <exception cref="ArgumentException">The batch or the numbers do not fit, or the optimizer is of another network.</exception>
    /// <exception cref="InvalidOperationException">Nobody set the weights: all are 0.</exception>
    /// <exception cref="NonFiniteGradientException">The gradient is not finite; no weight was updated.</exception>
    public LossResult Train(
        ReadOnlySpan<T> images, ReadOnlySpan<int> labels, Optimizer<T> optimizer, params ReadOnlySpan<Hyperparameters> numbers)
    {
        _check.Before(optimizer, numbers);
        var result = Forward(images, labels, isTraining: true);
        Backward();
        return optimizer.Update(numbers, _pass.Workers) ? result
            : throw NonFiniteGradientException.Of(images, ImageLength, FirstNonFiniteLayer()?.Name);
    }

    /// <summary>Numbers in one image.</summary>
    public int ImageLength => _input.ImageLength;

    /// <summary>Outputs for one image.</summary>
    public int OutputLength => _output.Output.Map.ImageLength;

    /// <summary>
    /// The outputs for images without labels, batch after batch, with running statistics: <c>outputs[i]</c> of image 0, then of image 1.
    /// </summary>
    /// <param name="images">Images [image][height][width][channels], as many as there are.</param>
    /// <param name="outputs">[image][output]; receives what the loss reads, such as the logits.</param>
    /// <exception cref="ArgumentException">The images have not the network's shape, or the outputs do not fit them.</exception>
    public void Predict(ReadOnlySpan<T> images, Span<T> outputs)
    {
        int count = images.Length / ImageLength;
        if (count * ImageLength != images.Length)
            throw new ArgumentException($"{images.Length} numbers are no whole images of {ImageLength}", nameof(images));
        if (outputs.Length != count * OutputLength)
            throw new ArgumentException(
                $"{count} images have {count * OutputLength} outputs, and there is room for {outputs.Length}", nameof(outputs));
        int most = Math.Min(MaxBatch, count);
        int[] labels = new int[most * LabelsPerImage];
        for (int first = 0; first < count; first += most)
        {
            int batch = Math.Min(most, count - first);
            Forward(images.Slice(first * ImageLength, batch * ImageLength), labels.AsSpan(0, batch * LabelsPerImage), isTraining: false);
            for (int i = 0; i < batch; i++) OutputsOf(i).CopyTo(outputs.Slice((first + i) * OutputLength, OutputLength));
        }
    }

    /// <summary>Writes the parameters and the running statistics to a safetensors file, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="layout">In which order. The file states it. Default: the engine's own.</param>
    /// <exception cref="IOException">It cannot be written; what was there stays.</exception>
    public void Save(string path, TensorLayout layout = TensorLayout.Etalon)
    {
        string temporary = NetworkFile.TemporaryOf(path);
        using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write))
        {
            Save(stream, layout);
            stream.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>The same to a stream.</summary>
    public void Save(Stream stream, TensorLayout layout = TensorLayout.Etalon)
    {
        ArgumentNullException.ThrowIfNull(stream);
        RequireOwnScale();
        NetworkFile.Write(stream, StoredParameter<T>.Of(this, layout), layout);
    }

    /// <summary>Reads a safetensors file into a network of the same layers: one that <see cref="Save(string, TensorLayout)"/> wrote, or one
    /// of PyTorch with the same names.</summary>
    /// <param name="path">The file.</param>
    /// <param name="layout">In which order it is. Default: what the file states.</param>
    /// <exception cref="InvalidDataException">It is no safetensors file, damaged, of another network, or states no layout; the message says
    /// where. The network is as it was.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public void Load(string path, TensorLayout? layout = null)
    {
        using var stream = File.OpenRead(path);
        Load(stream, path, layout);
    }

    /// <summary>The same from a stream that can seek.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="name">Its name in messages.</param>
    /// <param name="layout">In which order it is. Default: what the file states.</param>
    public void Load(Stream stream, string name = "the stream", TensorLayout? layout = null)
    {
        RequireOwnScale();
        using var file = new SafetensorsFile(stream, name, leaveOpen: true);
        var order = layout ?? NetworkFile.LayoutOf(file) ?? throw new InvalidDataException(
            $"{name}: states no layout that the engine writes; for a file of PyTorch, say "
            + $"{nameof(TensorLayout)}.{nameof(TensorLayout.PyTorch)}");
        NetworkFile.Read(file, StoredParameter<T>.Of(this, order));
        _check.HasWeights = true;
    }

    private void RequireOwnScale()
    {
        if (ActivationScale != 1)
            throw new InvalidOperationException(
                $"the network computes at {nameof(ActivationScale)} {ActivationScale:R}, which a file of tensors cannot say; set it to 1");
    }

    /// <summary>The network's outputs for an image of the last batch, [labels of an image][outputs].</summary>
    public ReadOnlySpan<T> OutputsOf(int image) => _output.OutputsOf(OfLastBatch(image));

    /// <summary>The class that the network predicts for an image of the last batch, 0-based; of several labels, for one of them.</summary>
    /// <param name="image">The image's place in the batch.</param>
    /// <param name="label">The label's place in the image. Default: 0.</param>
    public int PredictionOf(int image, int label = 0) => _output.PredictionOf(OfLastBatch(image) * LabelsPerImage + label);

    /// <summary>
    /// The values of a signal for an image of the last batch as the layers that read it take them, normalized and rectified: what is stored
    /// is neither.
    /// </summary>
    /// <param name="signal">A signal of this network, such as an input of one of its <see cref="Layers"/>.</param>
    /// <param name="image">The image's place in the batch.</param>
    /// <param name="values">[height][width][channels] of the signal's map; receives them.</param>
    /// <exception cref="ArgumentException">The signal is of another network, or the span has another length.</exception>
    public void CopyValues(Signal<T> signal, int image, Span<T> values)
    {
        ArgumentNullException.ThrowIfNull(signal);
        var map = signal.Map;
        if (map != _input && !Array.Exists(_layers, layer => layer == map.Producer))
            throw new ArgumentException($"the signal of '{map.Name}' belongs to another network", nameof(signal));
        if (values.Length != map.ImageLength)
            throw new ArgumentException($"'{map.Name}' has {map.ImageLength} values for an image, not {values.Length}", nameof(values));
        if (OfLastBatch(image) < _pass.FirstImage || image >= _pass.EndImage)
            throw new InvalidOperationException($"image {image} of the batch was computed by another rank");
        fixed (T* destination = values) signal.Load(image, Frame.Dense(map.Height, map.Width, map.Channels), destination);
    }

    private int OfLastBatch(int image) => image >= 0 && image < _pass.Images
        ? image
        : throw new ArgumentOutOfRangeException(nameof(image), image, $"the last batch had {_pass.Images} images");

    /// <summary>
    /// The first layer, in the order of the forward pass, whose output for the last batch has a number that is not finite.
    /// </summary>
    public Layer<T>? FirstNonFiniteLayer()
    {
        int first = 0;
        while (first < _layers.Length && IsFinite(_layers[first])) first++;
        first = _pass.Least(first);
        return first < _layers.Length ? _layers[first] : null;
    }

    private bool IsFinite(Layer<T> layer)
    {
        var map = layer.Output.Map;
        if (map.Producer != layer) return true;
        for (int image = _pass.FirstImage; image < _pass.EndImage; image++)
            foreach (T value in new ReadOnlySpan<T>(map.Image(image), map.ImageLength))
                if (!T.IsFinite(value)) return false;
        return true;
    }

    // A normalization keeps the sums of one gradient; reading it both before and after its ReLU would need two.
    private void RefuseDoubleReadings()
    {
        foreach (var layer in _layers)
            if (layer is AffineLayer<T> affine && affine.Output.Map.Read.Count(signal => signal.Affine == affine) > 1)
                throw new InvalidOperationException(
                    $"layer '{layer.Name}' is read both before and after its ReLU; store it with Sum first");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _pass.Dispose();
        _layout.Dispose();
    }
}

/// <summary>What a forward pass over a batch gave.</summary>
/// <param name="LossSum">The sum of the labels' losses.</param>
/// <param name="Correct">How many labels were predicted right.</param>
/// <param name="Images">How many images the batch had.</param>
/// <param name="LabelsPerImage">Labels of an image: 1, or one for each token of a text. Default: 1.</param>
public readonly record struct LossResult(double LossSum, int Correct, int Images, int LabelsPerImage = 1)
{
    /// <summary>How many labels the batch had.</summary>
    public int Labels => Images * LabelsPerImage;

    /// <summary>The mean loss of a label: what training minimizes.</summary>
    public double Loss => LossSum / Labels;

    /// <summary>The share of labels that were predicted right.</summary>
    public double Accuracy => (double)Correct / Labels;

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(LossResult), PrintMembers);
}
