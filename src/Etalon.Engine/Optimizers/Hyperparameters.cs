namespace Etalon.Engine.Optimizers;

/// <summary>The update's numbers of a parameter group.</summary>
/// <param name="Rate">eta, at least 0.</param>
/// <param name="WeightDecay">lambda, finite.</param>
/// <param name="Momentum">mu, at least 0.</param>
/// <param name="LookAhead">How far a Nesterov update looks along the buffer; default: as far as the momentum, as PyTorch's does.</param>
public readonly record struct Hyperparameters(double Rate, double WeightDecay, double Momentum, double? LookAhead = null)
{
    /// <summary>Refuses numbers that would make every weight useless.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is not finite, or the rate or the momentum is below 0.</exception>
    internal void Check()
    {
        if (!(Rate >= 0 && Momentum >= 0 && double.IsFinite(Rate + Momentum + WeightDecay + (LookAhead ?? 0))))
            throw new ArgumentOutOfRangeException(null, $"{this}: the numbers of an update are finite, rate and momentum at least 0");
    }

    /// <summary>What the weights are multiplied by before the step: 1 - eta lambda with decoupled decay, else 1.</summary>
    internal double Shrink(bool isDecoupled) => isDecoupled ? 1 - Rate * WeightDecay : 1;

    /// <summary>How much of the weights is added to the gradient: lambda with coupled decay, else 0.</summary>
    internal double DecayInGradient(bool isDecoupled) => isDecoupled ? 0 : WeightDecay;

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(Hyperparameters), PrintMembers);
}
