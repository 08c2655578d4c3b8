using Etalon.Engine;

namespace Etalon.Lab.Training;

/// <summary>An evaluation on the test split.</summary>
/// <param name="Step">The update it followed.</param>
/// <param name="Epoch">Epochs done, as a fraction.</param>
/// <param name="Test">Loss and accuracy over the split.</param>
public readonly record struct EvaluationReport(long Step, double Epoch, LossResult Test);
