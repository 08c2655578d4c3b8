namespace Etalon.Lab.Data;

/// <summary>What is known of a data set without having it: its sizes, its classes, its canonical files and where they come from.</summary>
public sealed record CatalogEntry
{
    internal CatalogEntry() { }

    /// <summary>The name that recipes use, such as <c>cifar10</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The name that people use, such as CIFAR-10.</summary>
    public required string Title { get; init; }

    /// <summary>Who made it: authors, title, year, and the license where one is stated.</summary>
    public required string Citation { get; init; }

    /// <summary>The size of every image.</summary>
    public required ImageSize Image { get; init; }

    /// <summary>The name of each class, in the order of the labels.</summary>
    public required IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>The number of classes.</summary>
    public int ClassCount => ClassNames.Count;

    /// <summary>The number of training images.</summary>
    public required int TrainingCount { get; init; }

    /// <summary>The number of test images.</summary>
    public required int TestCount { get; init; }

    /// <summary>Training and test images of each class; null where the classes are equally frequent, or where a seed decides.</summary>
    internal (IReadOnlyList<int> Training, IReadOnlyList<int> Test)? ByClass { get; init; }

    /// <summary>How many training and test images some classes have together.</summary>
    internal DataSetSize SizeOf(IReadOnlyList<int> classes) => ByClass is ({ } training, { } test)
        ? new(classes.Sum(label => training[label]), classes.Sum(label => test[label]))
        : new(classes.Count * (TrainingCount / ClassCount), classes.Count * (TestCount / ClassCount));

    /// <summary>Where the files are published; null for a data set that needs no files.</summary>
    public Uri? Address { get; init; }

    /// <summary>Whether the data set needs no files: the assembly carries or generates it.</summary>
    public bool IsEmbedded => Make is not null;

    /// <summary>The files that hold the images and labels; none for a data set that needs none.</summary>
    internal IReadOnlyList<PublishedFile> Files { get; init; } = [];

    /// <summary>Makes a data set that needs no files; null where there are files.</summary>
    internal Func<DataSet>? Make { get; init; }

    /// <summary>The archive that the files are published in; null where they are published one by one.</summary>
    internal PublishedArchive? Archive { get; init; }

    /// <summary>What to do about a file that is not the published one.</summary>
    internal string Remedy => $"Fetch it again with \"etalon data get {Name}\", or name a folder that holds the published files.";

    /// <summary>Reads the data set, checking every file against its known size and checksum.</summary>
    /// <param name="location">
    /// Where its files are: from <see cref="DataPlaces.Find"/> or <see cref="DataPlaces.InFolder"/>; not used for an embedded data set.
    /// </param>
    /// <exception cref="InputException">A file is missing, truncated, too long, corrupt or not what its header says.</exception>
    public DataSet Load(DataLocation location)
    {
        ArgumentNullException.ThrowIfNull(location);
        if (Make is not null) return Make();
        var reading = new DataSetAssembler(this);
        if (location.Archive is { } path)
            Archive!.ReadFiles(this, path, Remedy, reading.Add);
        else
            foreach (var file in Files)
                reading.Add(file, PublishedFileReader.Read(file, location.PathOf(file), Remedy), location.PathOf(file));
        return reading.ToDataSet(location.Archive);
    }
}

/// <summary>How many images a known data set has: what a recipe needs to count steps without opening a file.</summary>
/// <param name="Train">Images to train on.</param>
/// <param name="Test">Images to test on.</param>
internal sealed record DataSetSize(int Train, int Test)
{
    /// <summary>Every known set by its name in a recipe, in the order of their names.</summary>
    public static IReadOnlyDictionary<string, DataSetSize> ByName { get; } = new SortedDictionary<string, DataSetSize>(
        DataCatalog.All.ToDictionary(entry => entry.Name, entry => new DataSetSize(entry.TrainingCount, entry.TestCount)),
        StringComparer.Ordinal);
}
