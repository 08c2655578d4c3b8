using System.Numerics;
using Etalon.Engine.Symmetry;

namespace Etalon.Engine;

/// <summary>
/// The smallest scale-invariant groups of a network's tensors. A weight whose only reader is a normalization is one alone; weights that
/// meet in a residual stream are one together: a factor on one of them would change its share of the sum.
/// </summary>
public static class InvariantGroups
{
    /// <summary>
    /// Cuts some tensors into the smallest groups that are scale-invariant each; a tensor that belongs to none stands alone.
    /// </summary>
    /// <param name="layers">The layers of a network, or of one that is only described.</param>
    /// <param name="tensors">The names of the tensors to cut.</param>
    /// <returns>The groups by their first tensors, in the order given.</returns>
    public static IReadOnlyList<IReadOnlyList<string>> Of<T>(IReadOnlyList<Layer<T>> layers, IReadOnlyList<string> tensors)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(layers);
        ArgumentNullException.ThrowIfNull(tensors);
        var groups = new List<IReadOnlyList<string>>();
        List<string> left = [.. tensors];
        while (left.Count > 0)
        {
            var group = GrowFrom(left[0], left, layers);
            groups.Add(group);
            left.RemoveAll(group.Contains);
        }
        return groups;
    }

    /// <summary>
    /// Whether the outputs stay the same when some tensors are multiplied by one c > 0, by the rules of <see cref="HomogeneityCheck"/>.
    /// </summary>
    /// <param name="layers">The layers of a network, or of one that is only described.</param>
    /// <param name="tensors">The names of the tensors.</param>
    public static bool IsInvariant<T>(IReadOnlyList<Layer<T>> layers, IReadOnlyCollection<string> tensors)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(layers);
        ArgumentNullException.ThrowIfNull(tensors);
        return Mismatch(tensors, layers) == layers.Count;
    }

    // Takes in what moves the first mismatch down the network, until there is none. What meets the group in a sum does; nothing else can.
    // Where several would, as the values of an attention and the map of its output, it is the last, which writes what the sum reads.
    private static List<string> GrowFrom<T>(string first, List<string> candidates, IReadOnlyList<Layer<T>> layers)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        List<string> group = [first];
        for (int reached = Mismatch(group, layers); reached < layers.Count;)
        {
            (string? next, int further) = candidates.Where(name => !group.Contains(name))
                .Select(name => ((string?)name, Mismatch([.. group, name], layers)))
                .LastOrDefault(candidate => candidate.Item2 > reached);
            if (next is null) return [first];
            group.Add(next);
            reached = further;
        }
        return group;
    }

    // Where the first mismatch is; behind the last layer where there is none.
    private static int Mismatch<T>(IReadOnlyCollection<string> group, IReadOnlyList<Layer<T>> layers)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var outputs = HomogeneityCheck.Outputs(layers, ScalingGroup.Of(group.Contains), NetworkChanges.None);
        return outputs.Mismatch is { } mismatch ? layers.TakeWhile(layer => layer.Name != mismatch.Layer).Count() : layers.Count;
    }
}
