namespace Etalon.Engine.Optimizers;

/// <summary>Today's numbers of a parameter group.</summary>
/// <param name="Rate">eta, at least 0.</param>
/// <param name="WeightDecay">lambda.</param>
/// <param name="Momentum">mu, at least 0.</param>
/// <param name="LookAhead">How far a Nesterov update looks along the buffer; default: as far as the momentum, as PyTorch's does.</param>
public readonly record struct UpdateNumbers(double Rate, double WeightDecay, double Momentum, double? LookAhead = null)
{
    /// <summary>What the weights are multiplied by before the step: 1 - eta lambda with decoupled decay, else 1.</summary>
    internal double Shrink(bool isDecoupled) => isDecoupled ? 1 - Rate * WeightDecay : 1;

    /// <summary>How much of the weights is added to the gradient: lambda with coupled decay, else 0.</summary>
    internal double DecayInGradient(bool isDecoupled) => isDecoupled ? 0 : WeightDecay;
}
