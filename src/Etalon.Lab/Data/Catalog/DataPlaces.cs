using Etalon.Lab.Files;

namespace Etalon.Lab.Data;

/// <summary>The folders in which data sets are looked for.</summary>
internal sealed class DataPlaces
{
    private readonly string? _cache;
    private readonly string _packages, _lacking;

    /// <summary>Places of one's own.</summary>
    /// <param name="cache">The cache; a data set has a folder of its name in it.</param>
    /// <param name="packages">Where the system's packages put data sets, each in a folder of its name.</param>
    public DataPlaces(string cache, string packages)
    {
        ArgumentException.ThrowIfNullOrEmpty(cache);
        ArgumentException.ThrowIfNullOrEmpty(packages);
        (_cache, _packages, _lacking) = (cache, packages, "");
    }

    private DataPlaces((string? Cache, string Lacking) home) =>
        (_cache, _packages, _lacking) = (home.Cache, "/usr/share/datasets", home.Lacking);

    /// <summary>
    /// This machine's places: the cache is $XDG_CACHE_HOME/etalon/data, or ~/.cache/etalon/data where that is not set; Debian's packages
    /// put theirs into /usr/share/datasets. Where neither variable names a folder there is no cache.
    /// </summary>
    public static DataPlaces OfThisMachine => new(Cache());

    /// <summary>The folder of a data set in the cache.</summary>
    /// <exception cref="InputException">There is no cache.</exception>
    public string CacheFolder(CatalogEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return _cache is null
            ? throw new InputException($"there is no place for {entry.Name}: {_lacking}, or name a folder with --to")
            : Path.Combine(_cache, entry.Name);
    }

    /// <summary>Where a data set is: in the cache, or else where a package put it. Null if in neither.</summary>
    public DataLocation? TryFind(CatalogEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (entry.IsEmbedded) return DataLocation.Embedded;
        return (_cache is null ? null : Look(entry, CacheFolder(entry))) ?? Look(entry, Path.Combine(_packages, entry.Name));
    }

    /// <summary>Where a data set is: in the cache, or else where a package put it.</summary>
    /// <exception cref="InputException">It is in neither; the message says how to get it.</exception>
    public DataLocation Find(CatalogEntry entry) => TryFind(entry) ?? throw new InputException(
        $"{entry.Name} is neither in {(_cache is null ? $"the cache ({_lacking})" : CacheFolder(entry))} nor in "
        + $"{Path.Combine(_packages, entry.Name)}. "
        + $"Fetch it with \"etalon data get {entry.Name}\", or name a folder that holds {Wanted(entry)}.");

    /// <summary>Where a data set is in a folder that the user names.</summary>
    /// <param name="entry">The data set.</param>
    /// <param name="folder">The folder that holds the published files (gzipped or not), the published archive, or the archive's
    /// folder.</param>
    /// <exception cref="InputException">The folder is missing or does not hold all files; the message names those it lacks.</exception>
    public static DataLocation InFolder(CatalogEntry entry, string folder)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (entry.IsEmbedded)
            throw new InputException($"{entry.Name} is built in and is not read from a folder; leave out the folder {folder}.");
        CurrentFolder.Require(folder);
        if (!Directory.Exists(folder))
            throw new InputException($"The folder {folder} does not exist. Name a folder that holds {Wanted(entry)}.");
        return Look(entry, folder) ?? throw new InputException(
            $"The folder {folder} does not hold {entry.Name}: it lacks {string.Join(", ", Lacking(entry, folder))}. It should hold "
            + $"{Wanted(entry)}.");
    }

    private static DataLocation? Look(CatalogEntry entry, string folder)
    {
        if (!Lacking(entry, folder).Any()) return new() { Folder = folder };
        if (entry.Archive is not { } archive) return null;
        var inner = Path.Combine(folder, archive.Folder);
        if (!Lacking(entry, inner).Any()) return new() { Folder = inner };
        var path = Path.Combine(folder, archive.Name);
        return File.Exists(path) ? new() { Folder = folder, Archive = path } : null;
    }

    private static IEnumerable<string> Lacking(CatalogEntry entry, string folder) => entry.Files
        .Select(file => file.Name)
        .Where(name => !File.Exists(Path.Combine(folder, name)) && !File.Exists(Path.Combine(folder, name + ".gz")));

    private static string Wanted(CatalogEntry entry) =>
        string.Join(", ", entry.Files.Select(file => file.Name)) + " (gzipped or not)"
        + (entry.Archive is { } archive ? $", or {archive.Name}" : "");

    // A relative path would be another folder in each place that the command is called in.
    private static (string? Cache, string Lacking) Cache()
    {
        if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } named)
            return Path.IsPathRooted(named)
                ? (InCache(named), "")
                : (null, $"XDG_CACHE_HOME is \"{named}\", which is no absolute path; give it one");
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        return Path.IsPathRooted(home) && Directory.Exists(home)
            ? (InCache(Path.Combine(home, ".cache")), "")
            : (null, $"HOME is \"{home}\", which is no folder; set HOME or XDG_CACHE_HOME to a folder");
    }

    private static string InCache(string home) => Path.Combine(home, "etalon", "data");
}
