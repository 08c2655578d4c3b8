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

/// <summary>How many examples of a group were predicted as asked.</summary>
/// <param name="Name">What is measured: <c>accuracy/GROUP</c>, or for images whose label was made wrong <c>memorized</c> (the wrong label)
/// and <c>corrected</c> (the true one).</param>
/// <param name="Correct">How many.</param>
/// <param name="Images">Of how many.</param>
public readonly record struct GroupAccuracy(string Name, int Correct, int Images)
{
    /// <summary>The share, in [0, 1].</summary>
    public double Share => (double)Correct / Images;
}

/// <summary>A network evaluated on a split.</summary>
/// <param name="Total">Loss and accuracy over all images, by the labels that the split has.</param>
/// <param name="Groups">Accuracies by group; empty where no examples are tagged.</param>
public sealed record SplitResult(LossResult Total, IReadOnlyList<GroupAccuracy> Groups);
