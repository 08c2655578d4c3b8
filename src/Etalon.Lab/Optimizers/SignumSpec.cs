using Etalon.Engine;
using Etalon.Schedules.Equivalence;

namespace Etalon.Lab.Optimizers;

/// <summary>Signum: the sign of the mean of gradients, with decoupled decay.</summary>
internal sealed record SignumSpec : OptimizerSpec
{
    /// <inheritdoc/>
    public override string Name => "signum";

    /// <inheritdoc/>
    public override bool HasMomentum => true;

    internal override bool IsDecayDecoupled => true;

    internal override bool HasDirection => true;

    internal override EquivalentForm UsualForm => EquivalentForm.ScaledGradient;

    internal override int Slots => 1;

    internal override Optimizer<T> Create<T>(Network<T> network, Func<string, int> groupOf, Func<double> curvature) =>
        new Signum<T>(network.Parameters, network.Gradients, groupOf);
}
