namespace Etalon.Engine;

/// <summary>
/// The trained numbers that are multiplied by one c > 0 while everything else stays: whole tensors, or one output channel of one tensor.
/// </summary>
public sealed class ScalingGroup
{
    private readonly Func<string, bool> _contains;
    private readonly int? _channel;

    private ScalingGroup(Func<string, bool> contains, int? channel = null) => (_contains, _channel) = (contains, channel);

    /// <summary>
    /// Every trained parameter: the scaling of Lemma 1.3 of Li and Arora, "An exponential learning rate schedule for deep learning" (2019).
    /// </summary>
    public static ScalingGroup AllParameters { get; } = new(_ => true);

    /// <summary>The parameter tensors of which this is true.</summary>
    /// <param name="contains">From a tensor's name to whether it is scaled; the same answer whenever it is asked.</param>
    public static ScalingGroup Of(Func<string, bool> contains)
    {
        ArgumentNullException.ThrowIfNull(contains);
        return new(contains);
    }

    /// <summary>One tensor alone.</summary>
    public static ScalingGroup Tensor(string name) => new(tensor => tensor == name);

    /// <summary>One output channel (the last index) of one tensor alone.</summary>
    /// <param name="name">The tensor.</param>
    /// <param name="channel">The channel, 0-based.</param>
    public static ScalingGroup Channel(string name, int channel)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(channel);
        return new(tensor => tensor == name, channel);
    }

    /// <summary>Whether numbers of this tensor are scaled.</summary>
    public bool Contains(string tensor) => _contains(tensor);

    /// <summary>1 where c multiplies this channel of the tensor, 0 where it does not.</summary>
    internal int ExponentOf(string tensor, int channel) => (_channel is null || _channel == channel) && _contains(tensor) ? 1 : 0;

    /// <summary>The group without some of its tensors.</summary>
    internal ScalingGroup Without(IReadOnlyCollection<string> tensors) =>
        new(tensor => !tensors.Contains(tensor) && _contains(tensor), _channel);
}
