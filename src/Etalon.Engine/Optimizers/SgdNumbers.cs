namespace Etalon.Engine.Optimizers;

/// <summary>Today's numbers of a parameter group.</summary>
/// <param name="Rate">eta, at least 0.</param>
/// <param name="WeightDecay">lambda.</param>
/// <param name="Momentum">mu in [0, 1).</param>
public readonly record struct SgdNumbers(double Rate, double WeightDecay, double Momentum);
