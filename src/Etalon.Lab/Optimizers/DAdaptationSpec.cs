using Etalon.Engine;

namespace Etalon.Lab.Optimizers;

/// <summary>D-Adaptation SGD: the rate follows from a lower bound of the distance to the solution.</summary>
internal sealed record DAdaptationSpec : OptimizerSpec<DAdaptationOptions>
{
    /// <inheritdoc/>
    public override string Name => "d-adaptation";

    /// <inheritdoc/>
    public override bool HasMomentum => true;

    internal override int Slots => 2;

    internal override Optimizer<T> Create<T>(Network<T> network, Func<string, int> groupOf, Func<double> curvature) =>
        new DAdaptation<T>(network.Parameters, network.Gradients, Options, groupOf);
}
