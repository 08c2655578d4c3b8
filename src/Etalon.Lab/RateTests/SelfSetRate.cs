namespace Etalon.Lab.RateTests;

/// <summary>The rate at which an optimizer that sets its own settles in a short run of the recipe.</summary>
/// <param name="Name">The optimizer.</param>
/// <param name="Rate">
/// The median over the last quarter of the updates, as the rate of the recipe's rule that moves the weights as far: what its gradients are multiplied by in the end, times (1 - mu)/(1 - dampening) of the
/// recipe; the mean over the parameters. Null where a loss or a gradient was not finite.
/// </param>
/// <param name="EffectiveRate">The same median of the effective rate of all scale-invariant weights; null where there are none, or <paramref name="Rate"/> is.</param>
/// <param name="Drift">The rate of the last update over that in the middle of the run: 1 where it has settled; null where <paramref name="Rate"/> is.</param>
public sealed record SelfSetRate(string Name, double? Rate, double? EffectiveRate, double? Drift);
