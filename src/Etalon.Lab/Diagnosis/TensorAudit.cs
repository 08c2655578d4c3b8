namespace Etalon.Lab.Diagnosis;

/// <summary>What the audit found of one trained tensor.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Its sizes; the last is its output channels.</param>
/// <param name="Channel">Whether the scale of each output channel alone changes nothing.</param>
/// <param name="Alone">Whether the scale of the tensor alone changes nothing.</param>
/// <param name="IsInGroup">Whether it belongs to the group that a recipe calls scale_invariant.</param>
/// <param name="Decay">What weight decay does to it.</param>
public sealed record TensorAudit(string Name, IReadOnlyList<int> Shape, ScaleFinding Channel, ScaleFinding Alone, bool IsInGroup, DecayEffect Decay)
{
    /// <summary>How many numbers it holds.</summary>
    public long Length => Shape.Aggregate(1L, (length, size) => length * size);
}
