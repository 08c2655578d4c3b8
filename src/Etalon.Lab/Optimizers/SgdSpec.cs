using Etalon.Engine;
using Etalon.Schedules;

namespace Etalon.Lab.Optimizers;

/// <summary>Stochastic gradient descent with PyTorch's momentum: v = mu v + (1 - dampening) g; w = w - eta v.</summary>
internal sealed record SgdSpec : OptimizerSpec<SgdOptions>
{
    /// <inheritdoc/>
    public override string Name => "sgd";

    /// <inheritdoc/>
    public override UpdateRule Rule => base.Rule with { Dampening = Options.Dampening, Nesterov = Options.IsNesterov };

    /// <inheritdoc/>
    public override bool HasMomentum => true;

    internal override bool IsDecayDecoupled => Options.IsDecayDecoupled;

    internal override OptimizerRule Exported => OptimizerRule.Sgd;

    internal override int Slots => 1;

    internal override Optimizer<T> Create<T>(Network<T> network, Func<string, int> groupOf, Func<double> curvature) =>
        new Sgd<T>(network.Parameters, network.Gradients, Options, groupOf);
}
