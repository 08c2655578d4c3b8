using System.Collections.Immutable;

namespace Etalon.Engine.Symmetry;

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
