namespace Etalon.Lab.Experiments.Transfer;

/// <summary>A data set that features are probed on.</summary>
/// <param name="Name">Its name in tables.</param>
/// <param name="Data">The data, as a recipe has them under <c>data:</c>.</param>
public sealed record TransferTarget(string Name, string Data);
