namespace Etalon.Lab.Probes;

/// <summary>How well a data set's classes are told apart by the features of a network that never saw them.</summary>
/// <param name="Target">The data set.</param>
/// <param name="RidgeAccuracy">Test accuracy of <see cref="RidgeProbe"/>.</param>
/// <param name="RidgeStrength">The penalty that it chose.</param>
/// <param name="LogisticAccuracy">Test accuracy of <see cref="LogisticProbe"/>.</param>
/// <param name="LogisticStrength">The penalty that it chose.</param>
/// <param name="LogisticGradient">The length of the gradient where it ended.</param>
public sealed record TargetReading(
    string Target, double RidgeAccuracy, double RidgeStrength, double LogisticAccuracy, double LogisticStrength, double LogisticGradient);
