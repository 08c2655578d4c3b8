using System.Numerics;
using Etalon.Engine.Kernels;
using Etalon.Engine.Monitors;

namespace Etalon.Engine;

/// <summary>
/// Signal and noise of the gradient from a pair of independent batches of one size at the same weights: with their gradients g and h,
/// E |g - h|^2 / 2 is the trace of the covariance of a batch's gradient, and E g.h is |E g|^2, both without bias.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class GradientPair<T> : IDisposable where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Network<T> _network;
    private readonly Region<T> _other = new();
    private readonly T[] _state;
    private readonly GroupSums<T> _sums;

    /// <summary>A pair over some of a network's parameters.</summary>
    /// <param name="network">The network.</param>
    /// <param name="groups">The names of the tensors, group by group.</param>
    public GradientPair(Network<T> network, IReadOnlyList<IReadOnlyList<string>> groups)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(groups);
        _network = network;
        _other.Mirror(network.Parameters);
        _other.Allocate();
        _state = new T[network.State.Length];
        _sums = new GroupSums<T>(network.Gradients, groups, UpdateSums.OfPair, (at, length, sums) =>
            UpdateSums.Pair(network.Gradients.Pointer + at, _other.Pointer + at, length, sums));
    }

    /// <summary>
    /// Takes the gradient of the second batch. Parameters and running statistics are afterwards what they were, the network's gradients are
    /// the second batch's: call it before the training step's own passes.
    /// </summary>
    /// <param name="images">As <see cref="Network{T}.Forward"/> takes them.</param>
    /// <param name="labels">The class of each image.</param>
    public void TakeOther(ReadOnlySpan<T> images, ReadOnlySpan<int> labels)
    {
        _network.State.Span.CopyTo(_state);
        _network.Forward(images, labels, isTraining: true);
        _network.Backward();
        _network.Gradients.Span.CopyTo(_other.Span);
        _state.CopyTo(_network.State.Span);
    }

    /// <summary>Compares the network's gradients of now, the first batch's, with those taken.</summary>
    public void Compare(Workers workers)
    {
        ArgumentNullException.ThrowIfNull(workers);
        _sums.Run(workers);
    }

    /// <summary>Of a group, by its place among those given, or after the last one of all together: |g - h|^2 / 2.</summary>
    public double Noise(int group) => _sums[group][0] / 2;

    /// <summary>Of a group, by its place among those given, or after the last one of all together: g.h; it may be negative.</summary>
    public double Signal(int group) => _sums[group][1];

    /// <inheritdoc/>
    public void Dispose() => _other.Dispose();
}
