using System.Numerics;
using System.Text.Json;
using Etalon.Engine;
using Etalon.Lab.Models;
using Etalon.Lab.Recipes;
using Etalon.Lab.Training;

namespace Etalon.Lab.Benchmarks;

/// <summary>Full training steps of a model on one batch of random 32x32x3 images in 10 classes, or of a transformer on random windows of 64
/// symbols, to be timed.</summary>
/// <remarks>A step is the forward pass, the backward pass and the update, SGD with momentum 0.9 and weight decay 5e-4, as in
/// bench/peers.</remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class TrainingSpeed<T> : IDisposable where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Workers _workers;
    private readonly Sgd<T> _optimizer;
    private readonly TrainingMonitors<T>? _monitors;
    private readonly Utf8JsonWriter _lines = new(new MemoryStream());
    private readonly T[] _images;
    private readonly int[] _labels;
    private MonitorWriter? _line;

    /// <summary>The network, initialized, with a batch.</summary>
    /// <param name="model">The model.</param>
    /// <param name="batch">Images in a step, at least 1.</param>
    /// <param name="workers">The threads that compute; they outlive this.</param>
    /// <param name="ranks">The processes that share the batch. Default: this one alone.</param>
    /// <exception cref="InputException">The model does not fit the images.</exception>
    public TrainingSpeed(ModelSpec model, int batch, Workers workers, Communicator? ranks = null)
    {
        _workers = workers;
        RequireMemory(model, batch, workers.Count, RunMemory.Available);
        var (image, classes) = Model.DefaultsOf(model);
        Network = Model.Build<T>(model, image, classes, new SoftmaxCrossEntropy(), batch, workers, ranks);
        Network.Initialize(seed: 1);
        _optimizer = new Sgd<T>(Network.Parameters, Network.Gradients, new SgdOptions());
        var groups = TrainingMonitors<T>.Covered(ParameterClasses.Of(Network.Layers), new LogSpec());
        if (groups.Count > 0)
            _monitors = new TrainingMonitors<T>(Network, _optimizer, groups, parameterGroup: 0,
                new LogSpec { MonitorSteps = 1, NoiseSteps = 1 }, totalSteps: 1, workers);
        var numbers = new CounterStream(seed: 1, "speed");
        _images = new T[batch * image.Length];
        _labels = new int[batch * Network.LabelsPerImage];
        foreach (ref T pixel in _images.AsSpan())
            pixel = T.CreateTruncating(Network.InputSymbols is { } symbols ? numbers.NextBelow((uint)symbols) : numbers.NextNormal());
        foreach (ref int label in _labels.AsSpan()) label = (int)numbers.NextBelow((uint)classes);
    }

    private static void RequireMemory(ModelSpec model, int batch, int threads, long available)
    {
        var (image, classes) = Model.DefaultsOf(model);
        var needed = Model.MemoryOf<T>(model, image, classes, new SoftmaxCrossEntropy(), batch, threads);
        long bytes = needed.TotalBytes + needed.ParameterBytes + (long)batch * image.Length * sizeof(float);
        if (bytes > available || (long)batch * image.Length > Array.MaxLength)
            throw new InputException(
                $"--batch {batch}: {model.Name} needs {bytes / 1e9:F1} GB for so many {image} images, and this machine has "
                + $"{available / 1e9:F1} GB; take a smaller batch");
    }

    /// <summary>The network.</summary>
    public Network<T> Network { get; }

    /// <summary>One training step.</summary>
    public void Step()
    {
        ForwardAndBackward();
        Update();
    }

    /// <summary>The forward pass of an evaluation.</summary>
    public void Evaluate() => Network.Forward(_images, _labels, isTraining: false);

    private void ForwardAndBackward()
    {
        Network.Forward(_images, _labels, isTraining: true);
        Network.Backward();
    }

    private static Hyperparameters Numbers => new(Rate: 0.01, WeightDecay: 5e-4, Momentum: 0.9);

    private void Update() => _optimizer.Update([Numbers], _workers);

    /// <summary>
    /// Does a training step that is monitored: the seconds of the reading and its line, and those of the passes of a second batch for the
    /// noise. Null where the model has no weights to monitor.
    /// </summary>
    public (double Reading, double Noise)? TimeMonitors()
    {
        if (_monitors is null) return null;
        double noise = RepeatedTime.Once(() => _monitors.TakeSecond(_images, _labels));
        ForwardAndBackward();
        double reading = RepeatedTime.Once(() => _monitors.BeforeUpdate(step: 0, [Numbers]));
        Update();
        reading += RepeatedTime.Once(() => WriteLine(_monitors.AfterUpdate([Numbers], equivalent: null)!));
        return (reading, noise);
    }

    private void WriteLine(MonitorReading reading)
    {
        _line ??= new MonitorWriter(reading.Groups);
        _lines.Reset();
        _lines.WriteStartObject();
        _line.Write(reading, _lines);
        _lines.WriteEndObject();
        _lines.Flush();
    }

    /// <summary>
    /// The time of each kind of layer in a step, from <paramref name="steps"/> steps that it does; those that take longest first.
    /// </summary>
    public IReadOnlyList<LayerKindSpeed> TimeLayerKinds(int steps)
    {
        var times = new LayerTimes(Network.Layers.Count);
        double updates = 0;
        Network.Times = times;
        for (int i = 0; i < steps; i++)
        {
            ForwardAndBackward();
            updates += RepeatedTime.Once(Update);
        }
        Network.Times = null;
        var kinds = Enumerable.Range(0, Network.Layers.Count).GroupBy(i => KindOf(Network.Layers[i]),
            (kind, members) => Sum(kind, [.. members], times, steps));
        LayerKindSpeed preparation = new("laying out weights", 0, times.Preparation / steps, 0, 0, 0),
            update = new("update", 0, 0, updates / steps, 0, 0);
        return [.. kinds.Append(preparation).Append(update).OrderByDescending(kind => kind.Seconds)];
    }

    private static string KindOf(Layer<T> layer) =>
        layer is Convolution<T> convolution ? $"{layer.Kind}, {convolution.Algorithm}" : layer.Kind;

    private LayerKindSpeed Sum(string kind, int[] layers, LayerTimes times, int steps) => new(
        kind, layers.Length,
        layers.Sum(times.Forward) / steps,
        layers.Sum(times.Backward) / steps,
        layers.Sum(i => 2.0 * Network.Layers[i].MultiplyAdds) * Network.MaxBatch,
        layers.Sum(i => 2.0 * Network.Layers[i].BackwardMultiplyAdds) * Network.MaxBatch);

    /// <inheritdoc/>
    public void Dispose()
    {
        _lines.Dispose();
        _monitors?.Dispose();
        _optimizer.Dispose();
        Network.Dispose();
    }
}
