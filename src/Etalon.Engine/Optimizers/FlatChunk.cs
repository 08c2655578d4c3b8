namespace Etalon.Engine.Optimizers;

/// <summary>A piece of a parameter tensor that one call works on.</summary>
/// <param name="Begin">Where it begins in the region, in numbers.</param>
/// <param name="Length">How many numbers it has.</param>
/// <param name="Tensor">The tensor's index in the region.</param>
/// <param name="Group">The tensor's parameter group.</param>
internal readonly record struct FlatChunk(long Begin, int Length, int Tensor, int Group);
