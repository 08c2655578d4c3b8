namespace Etalon.Engine;

/// <summary>The native memory that a network takes, known before it is taken.</summary>
/// <param name="ParameterBytes">Of the parameters; the gradients, and each of an optimizer's slots, take as much again.</param>
/// <param name="StateBytes">Of running statistics and frozen weights.</param>
/// <param name="TotalBytes">Of everything that the network itself holds: parameters, gradients, state, activations and scratch.</param>
public readonly record struct NetworkMemory(long ParameterBytes, long StateBytes, long TotalBytes)
{
    /// <summary>The figures as text, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(NetworkMemory), PrintMembers);
}
