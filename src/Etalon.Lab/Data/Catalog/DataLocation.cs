namespace Etalon.Lab.Data;

/// <summary>Where the files of a data set are.</summary>
public sealed record DataLocation
{
    internal DataLocation() { }

    /// <summary>The embedded data set's location.</summary>
    internal static DataLocation Embedded { get; } = new() { Folder = "" };

    /// <summary>The folder that holds the files or the archive; empty for the data set that the assembly carries.</summary>
    public required string Folder { get; init; }

    /// <summary>The path of the archive to read the files from; null where they lie in the folder.</summary>
    public string? Archive { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Archive ?? (Folder.Length == 0 ? "built in" : Folder);

    /// <summary>The path of a file, gzipped or not.</summary>
    internal string PathOf(PublishedFile file)
    {
        var plain = Path.Combine(Folder, file.Name);
        return File.Exists(plain) ? plain : plain + ".gz";
    }
}
