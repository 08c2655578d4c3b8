using System.Collections.Immutable;
using System.Numerics;

namespace Etalon.Engine.Symmetry;

/// <summary>
/// Looks for small changes that make a group scale-invariant. It mends the first mismatch in the order of the layers, checks with the rules
/// that it is gone, and goes on with the next; what cannot be mended by one of the known changes has no remedy here.
/// </summary>
internal sealed class RemedySearch<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly IReadOnlyList<Layer<T>> _layers;
    private readonly Dictionary<Signal<T>, Layer<T>> _producers = [];
    private readonly int _normalizedDegree;
    private ScalingGroup _group;
    private NetworkChanges _changes = NetworkChanges.None;

    public RemedySearch(IReadOnlyList<Layer<T>> layers, ScalingGroup group)
    {
        (_layers, _group) = (layers, group);
        foreach (var layer in layers)
            if (layer is not OutputLayer<T>) _producers[layer.Output] = layer;
        // A new normalization would have scale and shift as the others have.
        _normalizedDegree = Normalizations.Any(IsScaled) ? 1 : 0;
    }

    private IEnumerable<Layer<T>> Normalizations => _layers.Where(layer => layer.IsNormalization);

    public IReadOnlyList<string> Find()
    {
        if (!Normalizations.Any()) return ["normalize the outputs of the layers: without a normalization no weight is scale-invariant"];
        var remedies = new List<string>();
        var mismatch = HomogeneityCheck.Outputs(_layers, _group, _changes).Mismatch;
        while (mismatch is not null)
        {
            if (remedies.Count == _layers.Count) return [];
            var before = mismatch;
            if (Candidates(_layers.First(layer => layer.Name == before.Layer), before)
                .FirstOrDefault(candidate => Mends(candidate, before)) is not { Words: { } words } chosen)
                return [];
            (_group, _changes) = (chosen.Group, chosen.Changes);
            remedies.Add(words);
            mismatch = HomogeneityCheck.Outputs(_layers, _group, _changes).Mismatch;
        }
        return remedies;
    }

    private readonly record struct Candidate(string Words, ScalingGroup Group, NetworkChanges Changes);

    // The same layer may have two reasons, one behind the other.
    private bool Mends(Candidate candidate, DegreeMismatch before)
    {
        var after = HomogeneityCheck.Outputs(_layers, candidate.Group, candidate.Changes).Mismatch;
        return after is null || (after != before && IndexOf(after.Layer) >= IndexOf(before.Layer));
    }

    private int IndexOf(string layer) => _layers.TakeWhile(other => other.Name != layer).Count();

    private IEnumerable<Candidate> Candidates(Layer<T> layer, DegreeMismatch mismatch) => layer switch
    {
        OutputLayer<T> => BeforeTheLoss(),
        Bias<T> when Producer(_layers[^1], 0) == layer => BeforeTheLoss(),
        Bias<T> => [new($"drop {layer.Name}, or let a batch normalization follow it", _group, _changes.Drop(layer.Name))],
        Sum<T> => Addition(layer, [.. Enumerable.Range(0, layer.Inputs.Count)], mismatch),
        Convolution<T> when layer.Inputs.Count == 2 => Addition(layer, [1], mismatch).Concat(OwnBranch(layer, mismatch)),
        { IsNormalization: true } => [LeaveOut($"leave both scale and shift of {layer.Name} out of the group", layer)],
        _ => [],
    };

    /// <summary>
    /// Walks from the outputs back to what gives them their degree: the head, else the last normalization, else whatever the head reads.
    /// </summary>
    private IEnumerable<Candidate> BeforeTheLoss()
    {
        var tail = new List<Layer<T>>();
        var reader = _layers[^1];
        for (var layer = Producer(reader, 0); layer is not null && layer.Inputs.Count == 1
            && layer is not Sum<T>; layer = Producer(layer, 0))
        {
            if (layer.IsNormalization)
            {
                if (IsScaled(layer))
                    yield return LeaveOut($"give {layer.Name} no scale and shift (affine: false), or leave them out of the group", layer);
                break;
            }
            // Past a head that stays as it is, a weight lacks a normalization behind it.
            if (layer is WeightedLayer<T> && reader is WeightedLayer<T>) break;
            if (layer is Bias<T> or WeightedLayer<T> && IsScaled(layer)) tail.Add(layer);
            if (layer is not WeightedLayer<T>) continue;
            if (tail.Count > 0)
            {
                tail.Reverse();
                yield return LeaveOut(
                    $"freeze {string.Join(" and ", tail.Select(part => part.Name))}, or leave {(tail.Count > 1 ? "them" : "it")} out of "
                    + $"the group", [.. tail]);
                break;
            }
            reader = layer;
        }
        yield return new($"put a normalization without scale and shift before {reader.Name}", _group, _changes.Give(reader.Name, 0, 0));
    }

    /// <summary>
    /// An addition of unequal degrees: an operand ends with a normalization, or passes a normalization and then a convolution.
    /// </summary>
    private IEnumerable<Candidate> Addition(Layer<T> layer, int[] operands, DegreeMismatch mismatch)
    {
        foreach (int operand in operands.Reverse())
        {
            string source = layer.Inputs[operand].Source;
            int other = source == mismatch.First ? mismatch.SecondDegree : mismatch.FirstDegree;
            if (other == _normalizedDegree)
                yield return new($"put a normalization behind {source}, before {layer.Name} adds it", _group,
                    _changes.Give(layer.Name, operand, other));
            if (other != _normalizedDegree + 1) continue;
            var producer = Producer(layer, operand);
            yield return new(
                producer is WeightedLayer<T> && producer.Inputs.Count == 1 && producer.Inputs[0].Map.Producer is not null
                    ? $"put a normalization before {producer.Name}"
                    : $"let {source} pass a normalization and a 1x1 convolution before {layer.Name} adds it",
                _group, _changes.Give(layer.Name, operand, other));
        }
    }

    private IEnumerable<Candidate> OwnBranch(Layer<T> layer, DegreeMismatch mismatch)
    {
        if (mismatch.SecondDegree == _normalizedDegree + (IsScaled(layer) ? 1 : 0))
            yield return new($"put a normalization before {layer.Name}", _group, _changes.Give(layer.Name, 0, _normalizedDegree));
    }

    private Candidate LeaveOut(string words, params Layer<T>[] layers) =>
        new(words, _group.Without([.. layers.SelectMany(layer => layer.TrainedTensors).Select(tensor => tensor.Name)]), _changes);

    private bool IsScaled(Layer<T> layer) => layer.TrainedTensors.Any(tensor => _group.Contains(tensor.Name));

    private Layer<T>? Producer(Layer<T> layer, int input) => _producers.GetValueOrDefault(layer.Inputs[input]);
}

/// <summary>Changes of a network as the rules see them: signals that would have another degree, and layers left out.</summary>
/// <param name="Degrees">The degree that an input of a layer would have, by the layer's name and the input's index.</param>
/// <param name="Dropped">Layers whose output would be their input.</param>
internal sealed record NetworkChanges(ImmutableDictionary<(string Layer, int Input), int> Degrees, ImmutableHashSet<string> Dropped)
{
    public static NetworkChanges None { get; } = new(ImmutableDictionary<(string, int), int>.Empty, []);

    public int? DegreeAt(string layer, int input) => Degrees.TryGetValue((layer, input), out int degree) ? degree : null;

    public bool IsDropped(string layer) => Dropped.Contains(layer);

    public NetworkChanges Give(string layer, int input, int degree) => this with { Degrees = Degrees.SetItem((layer, input), degree) };

    public NetworkChanges Drop(string layer) => this with { Dropped = Dropped.Add(layer) };
}
