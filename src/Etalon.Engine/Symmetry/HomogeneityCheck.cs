using System.Numerics;
using Etalon.Engine.Symmetry;

namespace Etalon.Engine;

/// <summary>
/// Degrees of homogeneity of a network in one pass over its layers. Each layer says which power of c multiplies its output when a group of
/// parameters is multiplied by c > 0; a tensor outside the group is a constant. The group is scale-invariant when the outputs have degree
/// 0.
/// </summary>
/// <remarks>
/// Rules (Li and Arora 2019, appendix C, and their consequences): weights in the group raise the degree by 1; a bias in the group needs
/// degree 1, one outside needs 0, unless a normalization removes each channel's mean behind it; a sum needs equal degrees; a normalization
/// gives 0, or 1 where its scale and shift are in the group; ReLU and pooling keep the degree. Degrees are counted per channel, so that
/// scaling one channel alone is the same question. The rules hold for generic parameters: a network whose outputs happen not to depend on a
/// tensor at all is not recognized.
/// </remarks>
public static class HomogeneityCheck
{
    /// <summary>The verdict for a group, batch normalization using the batch's statistics as in training.</summary>
    /// <param name="network">The network.</param>
    /// <param name="group">What is scaled.</param>
    public static HomogeneityVerdict Of<T>(Network<T> network, ScalingGroup group) where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(group);
        var outputs = Outputs(network.Layers, group, NetworkChanges.None);
        return new HomogeneityVerdict
        {
            Mismatch = outputs.Mismatch,
            EpsilonLayer = outputs.EpsilonLayer,
            Remedies = outputs.Mismatch is null ? [] : new RemedySearch<T>(network.Layers, group).Find(),
        };
    }

    /// <summary>The layers that read something of another degree than 0.</summary>
    internal static HashSet<Layer<T>> ScaledReaders<T>(IReadOnlyList<Layer<T>> layers, ScalingGroup group)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var readers = new HashSet<Layer<T>>();
        Outputs(layers, group, NetworkChanges.None, (layer, inputs) =>
        {
            if (inputs.Any(input => input.Channels.Any(degree => degree != 0))) readers.Add(layer);
        });
        return readers;
    }

    /// <summary>What scaling does to the outputs of a network with some changes made.</summary>
    internal static SignalDegree Outputs<T>(IReadOnlyList<Layer<T>> layers, ScalingGroup group, NetworkChanges changes,
        Action<Layer<T>, SignalDegree[]>? visit = null) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var degrees = new Dictionary<Signal<T>, SignalDegree>();
        var last = SignalDegree.Uniform(0, 0);
        foreach (var layer in layers)
        {
            var inputs = new SignalDegree[layer.Inputs.Count];
            for (int i = 0; i < inputs.Length; i++)
            {
                int channels = layer.Inputs[i].Map.Channels;
                // What no layer gave is the network's input, which nothing scales.
                inputs[i] = changes.DegreeAt(layer.Name, i) is { } changed
                    ? SignalDegree.Uniform(channels, changed)
                    : degrees.GetValueOrDefault(layer.Inputs[i]) ?? SignalDegree.Uniform(channels, 0);
            }
            visit?.Invoke(layer, inputs);
            last = changes.IsDropped(layer.Name) ? inputs[0] : Output(layer, inputs, group);
            degrees[layer.Output] = last;
        }
        return last;
    }

    private static SignalDegree Output<T>(Layer<T> layer, SignalDegree[] inputs, ScalingGroup group)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (Array.Find(inputs, input => input.Mismatch is not null) is { } failed) return failed;
        var output = layer.DegreeOf(inputs, group);
        return output with
        {
            EpsilonLayer =
            Array.Find(inputs, input => input.EpsilonLayer is not null)?.EpsilonLayer ?? output.EpsilonLayer
        };
    }
}

/// <summary>Where a network stops being homogeneous: a layer joins two things that scaling multiplies by different powers of c.</summary>
/// <param name="Layer">The layer that joins them.</param>
/// <param name="First">What it reads or adds.</param>
/// <param name="FirstDegree">The power of c in it.</param>
/// <param name="Second">What should have the same degree.</param>
/// <param name="SecondDegree">The power of c in that.</param>
public sealed record DegreeMismatch(string Layer, string First, int FirstDegree, string Second, int SecondDegree)
{
    /// <summary>A sentence for reports, as in "loss: head.bias has degree 1, an invariant output has degree 0".</summary>
    public override string ToString() => $"{Layer}: {First} has degree {FirstDegree}, {Second} has degree {SecondDegree}";
}

/// <summary>Whether a network's outputs for a training batch stay the same when a group is scaled, by the rules of its layers.</summary>
public sealed record HomogeneityVerdict
{
    internal HomogeneityVerdict() { }

    /// <summary>Whether the outputs have degree 0 in the group: f(c w) = f(w) for all c > 0.</summary>
    public bool IsInvariant => Mismatch is null;

    /// <summary>The layer and the two degrees that keep it from being so; null where it is invariant.</summary>
    public required DegreeMismatch? Mismatch { get; init; }

    /// <summary>The first normalization whose epsilon > 0 makes the invariance hold up to epsilon only; null where it is exact.</summary>
    public required string? EpsilonLayer { get; init; }

    /// <summary>
    /// A short list of changes, each as small as the rules allow, that together make the group invariant; empty where it is, or where none
    /// was found.
    /// </summary>
    public required IReadOnlyList<string> Remedies { get; init; }
}
