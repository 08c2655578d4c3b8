namespace Etalon.Engine.Optimizers;

/// <summary>Today's numbers of a parameter group.</summary>
/// <param name="Rate">eta, at least 0.</param>
/// <param name="WeightDecay">lambda.</param>
/// <param name="Momentum">mu, at least 0.</param>
/// <param name="LookAhead">How far a Nesterov update looks along the buffer; default: as far as the momentum, as PyTorch's does.</param>
public readonly record struct UpdateNumbers(double Rate, double WeightDecay, double Momentum, double? LookAhead = null);
