namespace Etalon.Lab.Probes;

/// <summary>What was found at a checkpoint of a run.</summary>
/// <param name="Step">The updates done; 0 is the network before training.</param>
/// <param name="Epoch">The same in epochs.</param>
/// <param name="Rate">The rate of the last of them; null before the first, and where the rate follows the loss.</param>
/// <param name="SourceAccuracy">Accuracy of the network itself on the test split that it was trained for.</param>
/// <param name="Features">Features of an image.</param>
/// <param name="Targets">The probes, in the order of the targets.</param>
public sealed record ProbeReading(long Step, double Epoch, double? Rate, double SourceAccuracy, int Features, IReadOnlyList<TargetReading> Targets);
