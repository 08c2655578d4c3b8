using Etalon.Engine;

namespace Etalon.Lab.Optimizers;

/// <summary>WN-Adam: WNGrad's b with a corrected mean of gradients in the place of momentum.</summary>
internal sealed record WnAdamSpec : OptimizerSpec<WnAdamOptions>
{
    /// <inheritdoc/>
    public override string Name => "wn-adam";

    internal override bool IsDecayDecoupled => Options.IsDecayDecoupled;

    internal override int Slots => 1;

    internal override Optimizer<T> Create<T>(Network<T> network, Func<string, int> groupOf, Func<double> curvature) =>
        new WnAdam<T>(network.Parameters, network.Gradients, Options, groupOf);
}
