namespace Etalon.Lab.Speed;

/// <summary>The time that the layers of one kind take in a training step.</summary>
/// <param name="Kind">The kind, as "convolution 3x3, winograd"; also "laying out weights" and "update", which are no layers.</param>
/// <param name="Layers">How many layers are of it.</param>
/// <param name="ForwardSeconds">Seconds of their forward passes in a step.</param>
/// <param name="BackwardSeconds">Seconds of their backward passes in a step.</param>
/// <param name="ForwardOperations">Multiplications and additions of their forward passes, in the direct form; 0 where memory, not arithmetic, is the cost.</param>
/// <param name="BackwardOperations">The same of their backward passes.</param>
public sealed record LayerKindSpeed(
    string Kind, int Layers, double ForwardSeconds, double BackwardSeconds, double ForwardOperations, double BackwardOperations)
{
    /// <summary>Seconds in a step.</summary>
    public double Seconds => ForwardSeconds + BackwardSeconds;
}
