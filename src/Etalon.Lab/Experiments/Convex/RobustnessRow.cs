namespace Etalon.Lab.Experiments.Convex;

/// <summary>A rule's measurements.</summary>
/// <param name="Rule">Its name.</param>
/// <param name="Cells">One list a column: for example a number for each seed, or for each time. Not a number where the run diverged, infinite where it did not end in time, negative infinity where it ended far from the minimum.</param>
public sealed record RobustnessRow(string Rule, IReadOnlyList<IReadOnlyList<double>> Cells);
