using Etalon.Engine;

namespace Etalon.Lab.Optimizers;

/// <summary>Schedule-Free SGD: gradients are taken between the fast weights and their mean, which is evaluated.</summary>
internal sealed record ScheduleFreeSpec : OptimizerSpec<ScheduleFreeOptions>
{
    /// <inheritdoc/>
    public override string Name => "schedule-free";

    internal override int Slots => 2;

    internal override Optimizer<T> Create<T>(Network<T> network, Func<string, int> groupOf, Func<double> curvature) =>
        new ScheduleFree<T>(network.Parameters, network.Gradients, Options, groupOf);
}
