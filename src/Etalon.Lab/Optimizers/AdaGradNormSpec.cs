using Etalon.Engine;

namespace Etalon.Lab.Optimizers;

/// <summary>AdaGrad-Norm: b^2 = b^2 + |g|^2; v = mu v + g / b; w = w - eta v.</summary>
internal sealed record AdaGradNormSpec : OptimizerSpec<AdaGradNormOptions>
{
    /// <inheritdoc/>
    public override string Name => "adagrad-norm";

    /// <inheritdoc/>
    public override bool HasMomentum => true;

    internal override bool IsDecayDecoupled => Options.IsDecayDecoupled;

    internal override int Slots => 1;

    internal override Optimizer<T> Create<T>(Network<T> network, Func<string, int> groupOf, Func<double> curvature) =>
        new AdaGradNorm<T>(network.Parameters, network.Gradients, Options, groupOf);
}
