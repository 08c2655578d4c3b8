namespace Etalon.Lab.Probes;

/// <summary>Where a minimization ended.</summary>
/// <param name="Value">The function there.</param>
/// <param name="GradientNorm">The length of its gradient there.</param>
/// <param name="Evaluations">Values with gradients that were computed.</param>
internal readonly record struct BfgsMinimum(double Value, double GradientNorm, int Evaluations);
