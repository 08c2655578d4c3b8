using System.Numerics;
using Etalon.Engine.Ranks;
using Etalon.Engine.Symmetry;

namespace Etalon.Engine;

/// <summary>One layer of a network: how it computes its output for a batch, and the gradients of its inputs and parameters.</summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class Layer<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private protected Layer(string name, IReadOnlyList<Signal<T>> inputs) => (Name, Inputs) = (name, inputs);

    /// <summary>The name, unique in the network, that its tensors begin with.</summary>
    public string Name { get; }

    /// <summary>A word for reports, such as "convolution".</summary>
    public abstract string Kind { get; }

    /// <summary>What it reads.</summary>
    public IReadOnlyList<Signal<T>> Inputs { get; }

    /// <summary>What it hands on.</summary>
    public abstract Signal<T> Output { get; }

    /// <summary>
    /// Multiply-adds of the forward pass over one image, in the direct form; 0 where memory, not arithmetic, is the cost.
    /// </summary>
    public virtual long MultiplyAdds => 0;

    /// <summary>Multiply-adds of the backward pass over one image, in the direct form.</summary>
    public virtual long BackwardMultiplyAdds => 0;

    /// <summary>Numbers of scratch that a worker needs.</summary>
    internal virtual long ScratchLength => 0;

    /// <summary>Numbers of partial parameter gradients that one chunk of images leaves.</summary>
    internal virtual int PartialLength => 0;

    /// <summary>
    /// The sum over the images that it hands to <see cref="Pass{T}.Sum"/> in every backward pass; null where it has none.
    /// </summary>
    internal virtual IOrderedSum? GradientSum => null;

    /// <summary>Declares parameters, state and activations; called once, in the order of the layers.</summary>
    internal abstract void Declare(NetworkLayout<T> layout);

    /// <summary>Sets the parameters to where training begins.</summary>
    internal virtual void Initialize(ulong seed, Initialization initialization) { }

    /// <summary>
    /// What must be done once per step before the forward pass, such as laying out weights; runs beside the other layers'.
    /// </summary>
    internal virtual void Prepare(Pass<T> pass) { }

    /// <summary>
    /// The power of c that multiplies each channel of the output when a group of parameters is multiplied by c, from those of the inputs,
    /// which are all homogeneous; or why there is none.
    /// </summary>
    internal abstract SignalDegree DegreeOf(IReadOnlyList<SignalDegree> inputs, ScalingGroup group);

    /// <summary>Whether it divides out the size of what it reads, and so may make weights before it scale-invariant.</summary>
    public virtual bool IsNormalization => false;

    /// <summary>
    /// Tells a normalization that its input is from now on <paramref name="scale"/> times that of the run which this one is equivalent to,
    /// where it was <paramref name="before"/> times: whatever has the size of the input follows.
    /// </summary>
    internal virtual void Rescale(double scale, double before) { }

    /// <summary>Its parameters, once the network is laid out; frozen ones are not among them.</summary>
    public virtual IReadOnlyList<Tensor<T>> TrainedTensors => [];

    internal abstract void Forward(Pass<T> pass);

    internal abstract void Backward(Pass<T> pass);
}
