namespace Etalon.Lab.Data;

/// <summary>How many images a known data set has: what a recipe needs to count steps without opening a file.</summary>
/// <param name="Train">Images to train on.</param>
/// <param name="Test">Images to test on.</param>
public readonly record struct DataSetSize(int Train, int Test)
{
    /// <summary>Every known set by its name in a recipe, in the order of their names.</summary>
    public static IReadOnlyDictionary<string, DataSetSize> ByName { get; } = new SortedDictionary<string, DataSetSize>(
        DataCatalog.All.ToDictionary(entry => entry.Name, entry => new DataSetSize(entry.TrainingCount, entry.TestCount)), StringComparer.Ordinal);
}
