namespace Etalon.Lab.Experiments;

/// <summary>One thing that an experiment was expected to show.</summary>
/// <param name="Statement">What was expected, with its bound.</param>
/// <param name="Holds">Whether it was so.</param>
/// <param name="Measured">What was measured.</param>
public sealed record ExperimentCheck(string Statement, bool Holds, string Measured);
