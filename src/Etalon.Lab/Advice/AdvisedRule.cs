using Etalon.Lab.Optimizers;
using Etalon.Schedules.Dynamics;

namespace Etalon.Lab.Advice;

/// <summary>An optimizer as its scale-invariant weights feel it: which decay it has, and how its updates follow each other.</summary>
/// <remarks>
/// With L the mixing units of an update and F = 1 + 2 Σ r_k, r_k the correlation of updates k apart, the angle of an update at equilibrium
/// is √(2 L/F) for every rule. Kosson, Messmer and Jaggi 2023, <i>Rotational Equilibrium</i>; F of Lion follows from the arcsine law of
/// signs.
/// </remarks>
/// <param name="Kind">The optimizer.</param>
/// <param name="Momentum">μ of SGD; β₁ of AdamW and of Lion.</param>
/// <param name="Beta2">β₂ of AdamW and of Lion; SGD has none.</param>
internal sealed record AdvisedRule(AdvisedOptimizer Kind, double Momentum, double Beta2 = 0)
{
    /// <summary>The usual numbers of an optimizer.</summary>
    /// <param name="kind">The optimizer.</param>
    /// <param name="family">The network: language models take β₂ = 0.95.</param>
    public static AdvisedRule Usual(AdvisedOptimizer kind, NetworkFamily family) => kind switch
    {
        AdvisedOptimizer.AdamW => new(kind, 0.9, family == NetworkFamily.Lm ? 0.95 : 0.999),
        AdvisedOptimizer.Lion => new(kind, 0.9, 0.99),
        _ => new(kind, 0.9),
    };

    /// <summary>The rule of a recipe.</summary>
    /// <param name="optimizer">Its optimizer.</param>
    /// <param name="momentum">Its momentum at the peak of its rate.</param>
    /// <exception cref="InputException">No advice can be given for it.</exception>
    public static AdvisedRule Of(OptimizerSpec optimizer, double momentum) => optimizer switch
    {
        SgdSpec { Options: { Dampening: 0, IsDecayDecoupled: false } } => new(AdvisedOptimizer.Sgd, momentum),
        SgdSpec { Options.Dampening: not 0 } =>
            throw new InputException("optimizer.dampening: the rules are for undamped sgd; leave dampening out"),
        SgdSpec => throw new InputException("optimizer.decay: the rules for sgd are for coupled decay; write decay: coupled"),
        AdamSpec { Options.IsDecayDecoupled: true } adam =>
            new(AdvisedOptimizer.AdamW, momentum > 0 ? momentum : adam.Options.Beta1, adam.Options.Beta2),
        LionSpec lion => new(AdvisedOptimizer.Lion, momentum > 0 ? momentum : lion.Options.Beta1, lion.Options.Beta2),
        AdamSpec => throw new InputException(
            "optimizer.name = adam: its decay is in the gradient, so that its effect depends on how large each layer's gradients are, "
            + "and no "
            + "one number fits all layers; use adamw"),
        _ => throw new InputException(
            $"optimizer.name = {optimizer.Name}: there are rules for sgd, adamw and lion; etalon forecast and find-lr help with others"),
    };

    /// <summary>Whether decay is in the gradient, and so is multiplied by 1/(1 - μ) as the gradient is.</summary>
    public bool IsCoupled => Kind == AdvisedOptimizer.Sgd;

    /// <summary>Mixing units of one update at an intrinsic rate of 1: 1/(1 - μ) with coupled decay, 1 with decoupled decay.</summary>
    public double UnitsPerIntrinsicRate => IsCoupled ? 1 / (1 - Momentum) : 1;

    /// <summary>c: the norm state forgets its past as exp(-c M). 4 where the gradient shrinks with the norm, 2 where its size has no
    /// effect.
    /// </summary>
    public double Forgetting => IsCoupled ? 4 : 2;

    /// <summary>F = 1 + 2 Σ r_k.</summary>
    public double Correlation => Kind == AdvisedOptimizer.Lion
        ? DirectionRule.Lion(Momentum, Beta2).CorrelationSum : (1 + Momentum) / (1 - Momentum);

    /// <summary>The angle of an update at equilibrium, √(2 L/F), in radians.</summary>
    /// <param name="units">L, the mixing units of an update.</param>
    public double Angle(double units) => Math.Sqrt(2 * units / Correlation);

    /// <summary>The name in a recipe.</summary>
    public string Name => RecipeWords.Of(Kind).Replace("-", "", StringComparison.Ordinal);
}

/// <summary>An optimizer for which there are rules.</summary>
internal enum AdvisedOptimizer
{
    /// <summary>SGD with momentum and decay in the gradient.</summary>
    Sgd,

    /// <summary>Adam with decoupled decay.</summary>
    AdamW,

    /// <summary>Lion, with decoupled decay.</summary>
    Lion,
}

/// <summary>What kind of network the advice is for: which habits apply.</summary>
internal enum NetworkFamily
{
    /// <summary>Convolutions with batch normalization.</summary>
    ConvBn,

    /// <summary>Vision transformers.</summary>
    Vit,

    /// <summary>Convolutional networks that are trained as transformers are, such as ConvNeXt.</summary>
    Convnext,

    /// <summary>Language models.</summary>
    Lm,

    /// <summary>Any other network with normalization.</summary>
    Other,
}
