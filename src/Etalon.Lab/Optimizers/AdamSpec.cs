using Etalon.Engine;
using Etalon.Schedules;
using Etalon.Schedules.Equivalence;

namespace Etalon.Lab.Optimizers;

/// <summary>Adam, with weight decay in the gradient, and AdamW, with weight decay on the weights: the name says which.</summary>
internal sealed record AdamSpec : OptimizerSpec<AdamOptions>
{
    /// <inheritdoc/>
    public override string Name => Options.IsDecayDecoupled ? "adamw" : "adam";

    internal override bool IsDecayDecoupled => Options.IsDecayDecoupled;

    internal override bool HasDirection => Options.IsDecayDecoupled;

    /// <inheritdoc/>
    internal override bool StepsByRate => true;

    internal override double? Beta1 => Options.Beta1;

    internal override OptimizerSpec WithScheduledBeta1 => this with { Options = Options with { IsBeta1Scheduled = true } };

    internal override EquivalentForm UsualForm => EquivalentForm.Adam;

    internal override OptimizerRule Exported => new(Name) { Beta2 = Options.Beta2, Epsilon = Options.Epsilon };

    internal override int Slots => 2;

    internal override Optimizer<T> Create<T>(Network<T> network, Func<string, int> groupOf, Func<double> curvature) =>
        new Adam<T>(network.Parameters, network.Gradients, Options, groupOf);
}
