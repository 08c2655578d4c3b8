namespace Etalon.Lab.Experiments.Equilibrium;

/// <summary>What one run gave.</summary>
/// <param name="Predictions">[look][input]: the class predicted.</param>
/// <param name="Norms">[look]: the norm of all weights.</param>
/// <param name="ProbeErrors">[look]: the error after the probe; NaN where there was none.</param>
/// <param name="Direction">The weights at the end, divided by their norm.</param>
internal sealed record SeedOutcome(byte[][] Predictions, double[] Norms, double[] ProbeErrors, float[] Direction);
