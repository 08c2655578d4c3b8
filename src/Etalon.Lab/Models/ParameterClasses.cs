using System.Numerics;
using Etalon.Engine;

namespace Etalon.Lab.Models;

/// <summary>
/// The classes of a network's parameters by what its layers are and by its symmetries, whatever its tensors are called. Groups of a recipe,
/// conversions, monitors and the audit all ask here.
/// </summary>
/// <remarks>
/// A weight is scale-invariant where it belongs to a smallest group of weights that leaves the outputs as they are when multiplied by one c
/// > 0 (<see cref="InvariantGroups"/>). The union of such groups leaves them too, since the degrees of the layers are linear in what is
/// scaled.
/// </remarks>
internal sealed class ParameterClasses
{
    private readonly HashSet<string> _head, _biases, _norms;
    private readonly string[] _hidden;
    private readonly Lazy<HashSet<string>> _invariant;
    private readonly Lazy<IReadOnlyList<IReadOnlyList<string>>> _groups;

    private ParameterClasses(
        IEnumerable<string> head, IEnumerable<string> biases, IEnumerable<string> norms, IEnumerable<string> weights,
        Func<IReadOnlyList<string>, bool> isInvariant,
        Func<IReadOnlyList<string>, IReadOnlyList<IReadOnlyList<string>>> cut)
    {
        (_head, _biases, _norms) = ([.. head], [.. biases], [.. norms]);
        _hidden = [.. weights.Where(tensor => !_head.Contains(tensor))];
        // The smallest groups take many passes over the layers; in the models of recipes one pass tells all hidden weights.
        _invariant = new(() => isInvariant(_hidden) ? [.. _hidden] : [.. cut(_hidden).Where(isInvariant).SelectMany(group => group)]);
        _groups = new(() => cut(Studied));
    }

    /// <summary>The classes of a network, or of one that is only described.</summary>
    /// <param name="layers">Its layers in the order of the forward pass, the loss last.</param>
    public static ParameterClasses Of<T>(IReadOnlyList<Layer<T>> layers) where T : unmanaged, IFloatingPointIeee754<T>
    {
        IEnumerable<string> Trained<TLayer>()
            where TLayer : Layer<T> => layers.OfType<TLayer>().SelectMany(layer => layer.TrainedTensors).Select(tensor => tensor.Name);
        var biases = Trained<Bias<T>>().ToList();
        return new(
            ModelHead.TrainedTensors(layers), biases,
            layers.Where(layer => layer.IsNormalization).SelectMany(layer => layer.TrainedTensors).Select(tensor => tensor.Name),
            [.. Trained<Embedding<T>>(), .. Trained<WeightedLayer<T>>()],
            tensors => InvariantGroups.IsInvariant(layers, tensors), tensors => InvariantGroups.Of(layers, tensors));
    }

    /// <summary>The classes of a model before its data are known; they do not depend on the images.</summary>
    /// <exception cref="InputException">The model fits no images.</exception>
    public static ParameterClasses Of(ModelSpec model)
    {
        var (image, classes) = Model.DefaultsOf(model);
        return Of(Model.Describe(model, image, classes, new SoftmaxCrossEntropy()));
    }

    /// <summary>Whether a trained tensor belongs to a class; the head's bias belongs to two.</summary>
    public bool IsIn(ParameterClass parameters, string tensor) => parameters switch
    {
        ParameterClass.Head => _head.Contains(tensor),
        ParameterClass.Bias => _biases.Contains(tensor),
        ParameterClass.Norm => _norms.Contains(tensor),
        _ => _invariant.Value.Contains(tensor),
    };

    /// <summary>Whether any trained tensor belongs to a class, once the classes named before it have taken theirs.</summary>
    public bool HasAny(ParameterClass parameters, IReadOnlyList<ParameterClass> before) =>
        TensorsOf(parameters).Any(tensor => !before.Any(earlier => IsIn(earlier, tensor)));

    /// <summary>
    /// The weights whose norms monitors measure and the audit asks about: the scale-invariant ones. A network that has none shows its
    /// hidden weights there, so that what a normalization would change can be seen.
    /// </summary>
    public IReadOnlyList<string> Studied => _invariant.Value.Count > 0 ? [.. _hidden.Where(_invariant.Value.Contains)] : _hidden;

    /// <summary>
    /// <see cref="Studied"/> cut into the smallest groups that are scale-invariant each; a weight that is not stands alone.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<string>> Groups => _groups.Value;

    private HashSet<string> TensorsOf(ParameterClass parameters) => parameters switch
    {
        ParameterClass.Head => _head,
        ParameterClass.Bias => _biases,
        ParameterClass.Norm => _norms,
        _ => _invariant.Value,
    };
}
