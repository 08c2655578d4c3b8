using System.Numerics;
using Etalon.Engine.Symmetry;

namespace Etalon.Engine;

/// <summary>ReLU: y = max(x, 0), applied where its signal is read and undone where its gradient is completed.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Rectifier<T> : Layer<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    internal Rectifier(string name, Signal<T> input) : base(name, [input]) =>
        Output = new Signal<T>(input.Map, input.Affine, isRectified: true);

    /// <inheritdoc/>
    public override string Kind => "relu";

    /// <inheritdoc/>
    public override Signal<T> Output { get; }

    internal override SignalDegree DegreeOf(IReadOnlyList<SignalDegree> inputs, ScalingGroup group) =>
        inputs[0].Shift is { } shift ? SignalDegree.Failed(shift) : inputs[0];

    internal override void Declare(NetworkLayout<T> layout) { }

    internal override void Forward(Pass<T> pass) { }

    internal override void Backward(Pass<T> pass) { }
}
