namespace Etalon.Lab.Probes;

/// <summary>A ridge regression on one-hot classes.</summary>
/// <param name="Classifier">The solution.</param>
/// <param name="Strength">The penalty λ.</param>
/// <param name="LeaveOneOutError">The mean over the examples of the squared distance of an example's one-hot class from the scores that it gets from the fit to all the others.</param>
public sealed record RidgeFit(LinearClassifier Classifier, double Strength, double LeaveOneOutError);
