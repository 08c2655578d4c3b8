using System.Numerics;
using Etalon.Engine.Symmetry;

namespace Etalon.Engine;

/// <summary>The end of a network: reads its outputs, evaluates the loss and begins the backward pass.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class OutputLayer<T> : Layer<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Loss _loss, _evaluated;
    private readonly Frame _frame;
    private readonly double[] _outputs, _gradient;
    private int[] _labels = [], _predictions = [];
    private T* _values;

    internal OutputLayer(Signal<T> input, Loss loss) : base("loss", [input])
    {
        var map = input.Map;
        (_loss, _evaluated, Output, _frame) = (loss, loss.ForEvaluation, input, Frame.Dense(map.Height, map.Width, map.Channels));
        (_outputs, _gradient) = (new double[map.ImageLength], new double[map.ImageLength]);
        input.IsConsumedBy(this);
    }

    /// <inheritdoc/>
    public override string Kind => _loss.Name;

    /// <inheritdoc/>
    public override Signal<T> Output { get; }

    /// <summary>The labels of the batch.</summary>
    internal Span<int> Labels => _labels;

    internal LossResult Result { get; private set; }

    /// <summary>The outputs of an image, [outputs], after a forward pass.</summary>
    internal ReadOnlySpan<T> OutputsOf(int image) => new(_values + (long)image * _outputs.Length, _outputs.Length);

    /// <summary>The class predicted for an image, after a forward pass.</summary>
    internal int PredictionOf(int image) => _predictions[image];

    internal override void Declare(NetworkLayout<T> layout)
    {
        layout.Activation("outputs", [layout.Images, _outputs.Length], pointer => _values = pointer);
        (_labels, _predictions) = (new int[layout.Images], new int[layout.Images]);
    }

    internal override SignalDegree DegreeOf(IReadOnlyList<SignalDegree> inputs, ScalingGroup group)
    {
        if (inputs[0].Shift is { } shift) return SignalDegree.Failed(shift);
        foreach (int degree in inputs[0].Channels)
            if (degree != 0) return SignalDegree.Failed(new DegreeMismatch(Name, Output.Source, degree, "an invariant output", 0));
        return inputs[0];
    }

    internal override void Forward(Pass<T> pass)
    {
        var loss = pass.IsTraining ? _loss : _evaluated;
        double sum = 0;
        int correct = 0;
        for (int image = pass.FirstImage; image < pass.EndImage; image++)
            Output.Load(image, _frame, _values + (long)image * _outputs.Length);
        pass.GatherRows(_values, null, _outputs.Length);
        for (int image = 0; image < pass.Images; image++)
        {
            ReadOutputs(image);
            sum += loss.Evaluate(_outputs, _labels[image], _gradient);
            _predictions[image] = loss.Predict(_outputs);
            if (_predictions[image] == _labels[image]) correct++;
        }
        Result = new LossResult(sum, correct, pass.Images);
    }

    internal override void Backward(Pass<T> pass)
    {
        for (int image = pass.FirstImage; image < pass.EndImage; image++)
        {
            ReadOutputs(image);
            _loss.Evaluate(_outputs, _labels[image], _gradient);
            T* gradient = Output.GradientOf(image);
            for (int i = 0; i < _gradient.Length; i++) gradient[i] = T.CreateTruncating(_gradient[i] / pass.Images);
            Output.Contributed(this, image);
        }
    }

    private void ReadOutputs(int image)
    {
        for (int i = 0; i < _outputs.Length; i++) _outputs[i] = double.CreateTruncating(_values[(long)image * _outputs.Length + i]);
    }
}
