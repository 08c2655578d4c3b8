using System.Collections.Immutable;
using System.Numerics;
using Etalon.Engine;
using Etalon.Lab.Models;
using Etalon.Schedules;
using Etalon.Schedules.Equivalence;

namespace Etalon.Lab.Optimizers;

/// <summary>
/// The update rule of a recipe. Rate eta, weight decay lambda and momentum mu of each update are the recipe's schedules; the options of a
/// rule are those of its optimizer in the engine, which checks them.
/// </summary>
public abstract record OptimizerSpec
{
    private protected OptimizerSpec() { }

    /// <summary>The name in a recipe, such as "wn-adam".</summary>
    public abstract string Name { get; }

    /// <summary>Classes of parameters with schedules of their own, in the order of <see cref="ParameterClass"/>.</summary>
    /// <value>None by default.</value>
    public ImmutableArray<GroupSpec> Groups { get; init; } = [];

    /// <summary>How rate, decay and momentum enter the update.</summary>
    public virtual UpdateRule Rule => new() { Decay = IsDecayDecoupled ? DecayForm.Decoupled : DecayForm.Coupled };

    /// <summary>Whether the rule has the momentum mu of the recipe's schedule.</summary>
    /// <value>False by default.</value>
    public virtual bool HasMomentum => false;

    /// <summary>Whether weight decay multiplies the weights by 1 - eta lambda instead of entering the gradient.</summary>
    /// <value>False by default.</value>
    internal virtual bool IsDecayDecoupled => false;

    /// <summary>
    /// Whether an update is w' = (1 - eta lambda) w - eta U with a U that has a size of its own, so that norms and angles follow from the
    /// numbers alone.
    /// </summary>
    /// <value>False by default.</value>
    internal virtual bool HasDirection => false;

    /// <summary>Whether an update is as large as the rate, whatever the gradients are.</summary>
    /// <value>That of <see cref="HasDirection"/> by default.</value>
    internal virtual bool StepsByRate => HasDirection;

    /// <summary>What the mean of gradients keeps where no schedule says it; null where the rule has no such mean.</summary>
    internal virtual double? Beta1 => null;

    /// <summary>The rule with its beta1 given at each update by the recipe's schedule of the momentum; null where it takes none.</summary>
    internal virtual OptimizerSpec? WithScheduledBeta1 => null;

    /// <summary>The form of an equivalent that is asked for where nobody names one.</summary>
    internal virtual EquivalentForm UsualForm => EquivalentForm.TexpPlusPlus;

    /// <summary>What an exported schedule says of the rule.</summary>
    internal virtual OptimizerRule Exported => new(Name);

    /// <summary>Numbers that the optimizer remembers for each parameter.</summary>
    internal abstract int Slots { get; }

    /// <summary>Makes the optimizer.</summary>
    /// <param name="network">What it trains.</param>
    /// <param name="groupOf">The parameter group of a tensor.</param>
    /// <param name="curvature">Measures the curvature at the initial weights, where the recipe asks for it.</param>
    internal abstract Optimizer<T> Create<T>(Network<T> network, Func<string, int> groupOf, Func<double> curvature)
        where T : unmanaged, IFloatingPointIeee754<T>;
}

/// <summary>The update rule of a recipe with the options of its optimizer.</summary>
/// <typeparam name="TOptions">The engine's record of them.</typeparam>
internal abstract record OptimizerSpec<TOptions> : OptimizerSpec where TOptions : new()
{
    private protected OptimizerSpec() { }

    /// <summary>The form of the update; which values it may have, the record says.</summary>
    /// <value>The engine's defaults.</value>
    public TOptions Options { get; init; } = new();
}
