namespace Etalon.Lab.Experiments.Convex;

/// <summary>Where a run of <see cref="StochasticRegret"/> stands after some steps.</summary>
/// <param name="Steps">T.</param>
/// <param name="Gap">f(mean x) - min f.</param>
/// <param name="SampledGap">The mean over the steps of the sampled loss at x_j less that at x*.</param>
/// <param name="Bound">(D^2 b_T + b_(T+1) - b_1) / (2 T): at least <see cref="SampledGap"/> on every path.</param>
public readonly record struct RegretPoint(int Steps, double Gap, double SampledGap, double Bound);
