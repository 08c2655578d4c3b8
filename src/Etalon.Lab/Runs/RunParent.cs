namespace Etalon.Lab.Runs;

/// <summary>Where a fork comes from.</summary>
/// <param name="Run">The folder of the run that it continues with changes.</param>
/// <param name="Step">The updates that had been done there.</param>
/// <param name="RecipeHash">The hash of its recipe.</param>
internal sealed record RunParent(string Run, long Step, string RecipeHash);
