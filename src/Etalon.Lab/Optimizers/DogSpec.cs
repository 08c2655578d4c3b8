using Etalon.Engine;

namespace Etalon.Lab.Optimizers;

/// <summary>
/// DoG: the rate is the largest distance from the start over the root of the sum of squared gradients; the mean of the weights is
/// evaluated.
/// </summary>
internal sealed record DogSpec : OptimizerSpec<DogOptions>
{
    /// <inheritdoc/>
    public override string Name => "dog";

    internal override int Slots => 2;

    internal override Optimizer<T> Create<T>(Network<T> network, Func<string, int> groupOf, Func<double> curvature) =>
        new Dog<T>(network.Parameters, network.Gradients, Options, groupOf);
}
