using Etalon.Engine;

namespace Etalon.Lab.Training;

/// <summary>An evaluation.</summary>
/// <param name="Step">The update it followed.</param>
/// <param name="Epoch">Epochs done, as a fraction.</param>
/// <param name="TestSplit">On the test split.</param>
/// <param name="Fit">On the training split, unvaried and after the update; null where none of its examples are tagged.</param>
public readonly record struct EvaluationReport(long Step, double Epoch, SplitResult TestSplit, SplitResult? Fit)
{
    /// <summary>Loss and accuracy over the test split.</summary>
    public LossResult Test => TestSplit.Total;
}
