using Etalon.Engine;

namespace Etalon.Lab.Training;

/// <summary>A network evaluated on a split.</summary>
/// <param name="Total">Loss and accuracy over all images, by the labels that the split has.</param>
/// <param name="Groups">Accuracies by group; empty where no examples are tagged.</param>
public sealed record SplitResult(LossResult Total, IReadOnlyList<GroupAccuracy> Groups);
