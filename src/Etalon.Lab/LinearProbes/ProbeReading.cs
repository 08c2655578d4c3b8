namespace Etalon.Lab.LinearProbes;

/// <summary>What was found at a checkpoint of a run.</summary>
/// <param name="Step">The updates done; 0 is the network before training.</param>
/// <param name="Epoch">The same in epochs.</param>
/// <param name="Rate">The rate of the last of them; null before the first, and where the rate follows the loss.</param>
/// <param name="SourceAccuracy">Accuracy of the network itself on the test split that it was trained for.</param>
/// <param name="Features">Features of an image.</param>
/// <param name="Targets">The probes, in the order of the targets.</param>
internal sealed record ProbeReading(long Step, double Epoch, double? Rate, double SourceAccuracy, int Features,
    IReadOnlyList<TargetReading> Targets);

/// <summary>How well a data set's classes are told apart by the features of a network that never saw them.</summary>
/// <param name="Target">The data set.</param>
/// <param name="RidgeAccuracy">Test accuracy of <see cref="RidgeProbe"/>.</param>
/// <param name="RidgeStrength">The penalty that it chose.</param>
/// <param name="LogisticAccuracy">Test accuracy of <see cref="LogisticProbe"/>.</param>
/// <param name="LogisticStrength">The penalty that it chose.</param>
/// <param name="LogisticGradient">The length of the gradient where it ended.</param>
internal sealed record TargetReading(
    string Target, double RidgeAccuracy, double RidgeStrength, double LogisticAccuracy, double LogisticStrength, double LogisticGradient);
