namespace Etalon.Lab.Experiments.Robustness;

/// <summary>One run of <see cref="RateRobustness"/>.</summary>
/// <param name="Network">What is trained.</param>
/// <param name="Rule">By which rule.</param>
/// <param name="Rate">At which initial rate.</param>
/// <param name="Seed">The seed of start and order.</param>
public sealed record SweptRun(SweptNetwork Network, SweptRule Rule, double Rate, int Seed);
