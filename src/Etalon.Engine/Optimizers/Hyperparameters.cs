namespace Etalon.Engine;

/// <summary>The update's numbers of a parameter group.</summary>
/// <param name="Rate">eta, at least 0.</param>
/// <param name="WeightDecay">lambda, finite.</param>
/// <param name="Momentum">
/// mu, at least 0; where it stays at 1 or above, the buffer forgets nothing and training diverges. Rules with a beta1 of their own do not
/// use it: Adam unless <see cref="AdamOptions.IsBeta1Scheduled"/>, Lion, WN-Adam, Prodigy and schedule-free SGD.
/// </param>
/// <param name="LookAhead">
/// How far a Nesterov update looks along the buffer, Muon's too; default: as far as the momentum, as PyTorch's does.
/// </param>
public readonly record struct Hyperparameters(double Rate, double WeightDecay, double Momentum, double? LookAhead = null)
{
    /// <summary>Adam's or Lion's beta1 of the update, in [0, 1). Default: null, that of its options or Adam's momentum.</summary>
    public double? Beta1 { get; init; }

    /// <summary>Adam's or Lion's beta2 of the update, in [0, 1). Default: null, that of its options.</summary>
    public double? Beta2 { get; init; }

    /// <summary>Adam's or Muon's epsilon of the update, at least 0. Default: null, that of its options.</summary>
    public double? Epsilon { get; init; }

    /// <summary>
    /// What the gradients are multiplied by before anything uses them, above 0. Default: null, nothing.
    /// </summary>
    public double? GradientScale { get; init; }

    /// <summary>Refuses numbers that would make every weight useless.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// One is not finite, the rate or the momentum is below 0, or a number of Adam's or the scale of gradients is out of its range.
    /// </exception>
    internal void Check()
    {
        if (Beta1 is not (null or (>= 0 and < 1)) || Beta2 is not (null or (>= 0 and < 1))
            || Epsilon is not (null or (>= 0 and < double.PositiveInfinity))
            || GradientScale is not (null or (> 0 and < double.PositiveInfinity)))
            throw new ArgumentOutOfRangeException(null,
                $"{this}: betas are at least 0 and below 1, epsilon is finite and at least 0, the scale of gradients finite and above 0");
        if (!(Rate >= 0 && double.IsFinite(Rate)))
            throw new ArgumentOutOfRangeException(null,
                $"the rate of an update is {Rate}: it must be finite and at least 0; does the schedule fall on below 0?");
        if (!(Momentum >= 0 && double.IsFinite(Momentum)))
            throw new ArgumentOutOfRangeException(null,
                $"the momentum of an update is {Momentum}: it must be finite and at least 0; the usual choice is 0.9");
        if (!double.IsFinite(WeightDecay) || !double.IsFinite(LookAhead ?? 0))
            throw new ArgumentOutOfRangeException(null,
                $"the weight decay of an update is {WeightDecay}{(LookAhead is { } far ? $" and its look-ahead {far}" : "")}: "
                + "they must be finite; write 0 for no decay");
    }

    /// <summary>Refuses a momentum that cannot be meant where training begins.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is 1 or more.</exception>
    internal void CheckFirst()
    {
        // Later one may be 1 or more at a single update: in an equivalent whose rate falls, mu is multiplied by what it falls by.
        if (Momentum >= 1)
            throw new ArgumentOutOfRangeException(null,
                $"the momentum of the first update is {Momentum}: with 1 or more the buffer forgets nothing; the usual choice is 0.9");
    }

    /// <summary>What the weights are multiplied by before the step: 1 - eta lambda with decoupled decay, else 1.</summary>
    internal double Shrink(bool isDecoupled) => isDecoupled ? 1 - Rate * WeightDecay : 1;

    /// <summary>How much of the weights is added to the gradient: lambda with coupled decay, else 0.</summary>
    internal double DecayInGradient(bool isDecoupled) => isDecoupled ? 0 : WeightDecay;

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(Hyperparameters), PrintMembers);
}
