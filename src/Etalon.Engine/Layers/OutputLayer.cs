using System.Numerics;
using Etalon.Engine.Kernels;
using Etalon.Engine.Symmetry;

namespace Etalon.Engine;

/// <summary>
/// The end of a network: reads its outputs, evaluates the loss and begins the backward pass. Each pixel of what it reads has a label of its
/// own: the outputs of a classifier are one pixel, those of a text one for each token.
/// </summary>
/// <remarks>Threads take labels; the sum of their losses is taken in the order of the batch.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class OutputLayer<T> : Layer<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Loss _loss, _evaluated;
    private readonly Frame _frame;
    private readonly Action<int, int> _evaluateChunk;
    private int[] _labels = [], _predictions = [];
    private double[] _losses = [];
    private T* _values, _gradients;
    private Pass<T> _pass = null!;

    internal OutputLayer(Signal<T> input, Loss loss) : base("loss", [input])
    {
        var map = input.Map;
        (_loss, _evaluated, Output, _frame) = (loss, loss.ForEvaluation, input, Frame.Dense(map.Height, map.Width, map.Channels));
        input.IsConsumedBy(this);
        _evaluateChunk = EvaluateChunk;
    }

    /// <inheritdoc/>
    public override string Kind => _loss.Name;

    /// <inheritdoc/>
    public override Signal<T> Output { get; }

    /// <summary>Labels of an image: the pixels of what the loss reads.</summary>
    internal int LabelsPerImage => Output.Map.Pixels;

    /// <summary>Takes the labels of a batch, image by image.</summary>
    /// <exception cref="ArgumentException">One of them is no class.</exception>
    internal void Take(ReadOnlySpan<int> labels)
    {
        int classes = _loss.ClassesOf(Outputs), wrong = labels.IndexOfAnyExceptInRange(0, classes - 1);
        if (wrong >= 0)
            throw new ArgumentException(
                $"label {labels[wrong]} of image {wrong / LabelsPerImage} of the batch is no class: the outputs tell 0 to {classes - 1}",
                nameof(labels));
        labels.CopyTo(_labels);
    }

    internal LossResult Result { get; private set; }

    private int Outputs => Output.Map.Channels;

    // The outputs of one label and their gradient, in double.
    internal override long ScratchLength => 2L * Outputs * sizeof(double) / sizeof(T);

    /// <summary>The outputs of an image, [labels of an image][outputs], after a forward pass.</summary>
    internal ReadOnlySpan<T> OutputsOf(int image) => new(_values + (long)image * Output.Map.ImageLength, Output.Map.ImageLength);

    /// <summary>The class predicted for a label, counted through the batch, after a forward pass.</summary>
    internal int PredictionOf(int label) => _predictions[label];

    internal override void Declare(NetworkLayout<T> layout)
    {
        int[] shape = [layout.Images, LabelsPerImage, Outputs];
        layout.Activation("outputs", shape, pointer => _values = pointer);
        layout.Activation("output gradients", shape, pointer => _gradients = pointer);
        int labels = layout.Images * LabelsPerImage;
        (_labels, _predictions, _losses) = (new int[labels], new int[labels], new double[labels]);
    }

    internal override SignalDegree DegreeOf(IReadOnlyList<SignalDegree> inputs, ScalingGroup group) =>
        inputs[0].Unscaled(Name, Output.Source, "an invariant output");

    internal override void Forward(Pass<T> pass)
    {
        _pass = pass;
        for (int image = pass.FirstImage; image < pass.EndImage; image++)
            Output.Load(image, _frame, _values + (long)image * Output.Map.ImageLength);
        pass.GatherRows(_values, null, Output.Map.ImageLength);
        // Every rank knows the losses of all images.
        pass.Workers.Run(BatchChunks.Of(pass.Images), _evaluateChunk);
        double sum = 0;
        int correct = 0, labels = pass.Images * LabelsPerImage;
        for (int label = 0; label < labels; label++)
        {
            sum += _losses[label];
            if (_predictions[label] == _labels[label]) correct++;
        }
        Result = new LossResult(sum, correct, pass.Images, LabelsPerImage);
    }

    private void EvaluateChunk(int chunk, int worker)
    {
        int size = BatchChunks.SizeOf(_pass.Images) * LabelsPerImage, labels = _pass.Images * LabelsPerImage;
        var loss = _pass.IsTraining ? _loss : _evaluated;
        var vectors = LabelsPerImage > 1 ? loss as SoftmaxCrossEntropy : null;
        double* scratch = (double*)_pass.Scratch(worker);
        Span<double> outputs = new(scratch, Outputs), gradient = new(scratch + Outputs, Outputs);
        for (int label = chunk * size; label < Math.Min((chunk + 1) * size, labels); label++)
        {
            T* values = _values + (long)label * Outputs, to = _gradients + (long)label * Outputs;
            for (int i = 0; i < outputs.Length; i++) outputs[i] = double.CreateTruncating(values[i]);
            _losses[label] = vectors is null
                ? loss.Evaluate(outputs, _labels[label], gradient)
                : vectors.EvaluateByVectors(outputs, _labels[label], gradient);
            _predictions[label] = loss.Predict(outputs);
            if (!_pass.IsTraining) continue;
            for (int i = 0; i < gradient.Length; i++) to[i] = T.CreateTruncating(gradient[i] / labels);
        }
    }

    internal override void Backward(Pass<T> pass)
    {
        int length = Output.Map.ImageLength;
        for (int image = pass.FirstImage; image < pass.EndImage; image++)
        {
            Rows.Copy(_gradients + (long)image * length, 1, length, length, Output.GradientOf(image));
            Output.Contributed(this, image);
        }
    }
}
