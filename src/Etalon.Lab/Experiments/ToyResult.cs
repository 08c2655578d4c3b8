namespace Etalon.Lab.Experiments;

/// <summary>How a run of <see cref="ToyExample"/> went.</summary>
/// <param name="MeanError">The share of wrong classes, the mean over the second half of the run.</param>
/// <param name="LargestError">The largest of that half.</param>
/// <param name="Norm">|w| at the end.</param>
public readonly record struct ToyResult(double MeanError, double LargestError, double Norm);
