using Etalon.Engine;

namespace Etalon.Lab.Optimizers;

/// <summary>Prodigy: Adam at a rate from a lower bound of the distance to the solution.</summary>
internal sealed record ProdigySpec : OptimizerSpec<ProdigyOptions>
{
    /// <inheritdoc/>
    public override string Name => "prodigy";

    internal override bool IsDecayDecoupled => Options.IsDecayDecoupled;

    internal override int Slots => 4;

    internal override Optimizer<T> Create<T>(Network<T> network, Func<string, int> groupOf, Func<double> curvature) =>
        new Prodigy<T>(network.Parameters, network.Gradients, Options, groupOf);
}
