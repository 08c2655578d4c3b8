namespace Etalon.Lab.Forecasts;

/// <summary>What is known of a group of scale-invariant weights before a run.</summary>
/// <param name="Name">The group, as the monitors call it.</param>
/// <param name="Norm">Its norm at the start; null where nobody knows, and the run is taken to start at equilibrium.</param>
/// <param name="Gradients">Its S.</param>
public sealed record GroupGradients(string Name, double? Norm, GradientCurve Gradients);
