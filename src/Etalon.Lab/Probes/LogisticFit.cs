namespace Etalon.Lab.Probes;

/// <summary>A softmax regression.</summary>
/// <param name="Classifier">The solution.</param>
/// <param name="Strength">The penalty λ.</param>
/// <param name="Objective">The mean cross-entropy and the penalty, at the solution.</param>
/// <param name="GradientNorm">The length of the objective's gradient there.</param>
/// <param name="Evaluations">Gradients that were computed.</param>
public sealed record LogisticFit(LinearClassifier Classifier, double Strength, double Objective, double GradientNorm, int Evaluations);
