using System.Collections.Immutable;
using Etalon.Schedules;

namespace Etalon.Lab.RunSpecs;

/// <summary>
/// The update rule of a recipe. With rate eta, weight decay lambda and momentum mu of today's update:
/// v = mu v + (1 - dampening)(g + lambda w) and w = w - eta v, where the first update sets v to the whole gradient, as PyTorch does.
/// </summary>
public sealed record OptimizerSpec
{
    /// <summary>The family of the rule.</summary>
    /// <value>SGD by default.</value>
    public OptimizerKind Kind { get; init; }

    /// <summary>Whether the update looks ahead: w = w - eta (g + mu v).</summary>
    /// <value>False by default.</value>
    public bool Nesterov { get; init; }

    /// <summary>The share of the gradient that the buffer does not take.</summary>
    /// <value>In [0, 1); 0 by default.</value>
    public double Dampening
    {
        get;
        init => field = Rule.InHalfOpen(value, 0, 1, "write 0 for the usual momentum");
    }

    /// <summary>Where weight decay enters.</summary>
    /// <value>Coupled by default, as in PyTorch's SGD.</value>
    public DecayForm Decay { get; init; }

    /// <summary>Classes of parameters with schedules of their own, in the order of <see cref="ParameterClass"/>.</summary>
    /// <value>None by default.</value>
    public ImmutableArray<GroupSpec> Groups { get; init; } = [];
}
