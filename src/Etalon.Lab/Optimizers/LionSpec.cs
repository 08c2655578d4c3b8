using Etalon.Engine;
using Etalon.Schedules.Equivalence;

namespace Etalon.Lab.Optimizers;

/// <summary>Lion: the sign of a mix of the gradient and its mean, with decoupled decay.</summary>
internal sealed record LionSpec : OptimizerSpec<LionOptions>
{
    /// <inheritdoc/>
    public override string Name => "lion";

    internal override double? Beta1 => Options.Beta1;

    internal override bool IsDecayDecoupled => true;

    internal override bool HasDirection => true;

    internal override EquivalentForm UsualForm => EquivalentForm.ScaledGradient;

    internal override int Slots => 1;

    internal override Optimizer<T> Create<T>(Network<T> network, Func<string, int> groupOf, Func<double> curvature) =>
        new Lion<T>(network.Parameters, network.Gradients, Options, groupOf);
}
