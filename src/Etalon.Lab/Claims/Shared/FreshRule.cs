using Etalon.Engine;
using Etalon.Schedules.Dynamics;

namespace Etalon.Lab.Claims.Shared;

/// <summary>The rule that trains the hidden layers of <see cref="FreshExperiment"/>; all but Adam with L2 have a decoupled decay.</summary>
internal abstract record FreshRule
{
    /// <summary>The optimizer of a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="groupOf">The group of a tensor.</param>
    /// <param name="isHidden">Whether a tensor is the weight of a hidden layer.</param>
    public abstract Optimizer<float> Of(Network<float> network, Func<string, int> groupOf, Func<string, bool> isHidden);

    /// <summary>The numbers of an update.</summary>
    public virtual Hyperparameters Numbers(double rate, double decay) => new(rate, decay, 0);
}

/// <summary>Adam: AdamW, or Adam with the decay in the gradient.</summary>
/// <param name="IsDecayDecoupled">Whether the decay stands outside the moments.</param>
internal sealed record FreshAdam(bool IsDecayDecoupled) : FreshRule
{
    /// <inheritdoc/>
    public override Optimizer<float> Of(Network<float> network, Func<string, int> groupOf, Func<string, bool> isHidden) =>
        new Adam<float>(network.Parameters, network.Gradients,
            new() { IsDecayDecoupled = IsDecayDecoupled, Beta1 = FreshArm.Beta1, Beta2 = FreshArm.Beta2 }, groupOf);
}

/// <summary>
/// A rule whose update has a size of its own, whatever the gradients are, and whose law <see cref="DirectionRule"/> tells.
/// </summary>
internal abstract record FreshDirection : FreshRule
{
    /// <summary>The law of a matrix.</summary>
    /// <param name="inputs">Its rows.</param>
    /// <param name="outputs">Its columns.</param>
    public abstract DirectionRule LawOf(int inputs, int outputs);
}

/// <summary>The sign of the mean of gradients; with a momentum of 0 the sign of the gradient.</summary>
/// <param name="Momentum">mu.</param>
internal sealed record FreshSignum(double Momentum) : FreshDirection
{
    /// <inheritdoc/>
    public override Optimizer<float> Of(Network<float> network, Func<string, int> groupOf, Func<string, bool> isHidden) =>
        new Signum<float>(network.Parameters, network.Gradients, groupOf);

    /// <inheritdoc/>
    public override Hyperparameters Numbers(double rate, double decay) => new(rate, decay, Momentum);

    /// <inheritdoc/>
    public override DirectionRule LawOf(int inputs, int outputs) => DirectionRule.Signum(Momentum);
}

/// <summary>Lion.</summary>
/// <param name="Beta1">beta1.</param>
/// <param name="Beta2">beta2.</param>
internal sealed record FreshLion(double Beta1, double Beta2) : FreshDirection
{
    /// <inheritdoc/>
    public override Optimizer<float> Of(Network<float> network, Func<string, int> groupOf, Func<string, bool> isHidden) =>
        new Lion<float>(network.Parameters, network.Gradients, new() { Beta1 = Beta1, Beta2 = Beta2 }, groupOf);

    /// <inheritdoc/>
    public override DirectionRule LawOf(int inputs, int outputs) => DirectionRule.Lion(Beta1, Beta2);
}

/// <summary>Muon on the hidden layers; the rest follows its AdamW.</summary>
/// <param name="Momentum">mu.</param>
/// <param name="IsNesterov">Whether the direction looks ahead.</param>
internal sealed record FreshMuon(double Momentum, bool IsNesterov) : FreshDirection
{
    /// <inheritdoc/>
    public override Optimizer<float> Of(Network<float> network, Func<string, int> groupOf, Func<string, bool> isHidden) =>
        new Muon<float>(network.Parameters, network.Gradients, new() { IsNesterov = IsNesterov }, groupOf, isHidden);

    /// <inheritdoc/>
    public override Hyperparameters Numbers(double rate, double decay) => new(rate, decay, Momentum);

    /// <inheritdoc/>
    public override DirectionRule LawOf(int inputs, int outputs) => DirectionRule.Muon(Momentum, inputs, outputs, IsNesterov);
}
