using Etalon.Lab.Files;

namespace Etalon.Lab.Runs;

/// <summary>
/// The folder of a run that is being made, beside those of the runs and under a name that none of them has. Whoever looks for runs does not
/// see it; it takes the name of a run when all that resuming needs is on the disk. What a process that was killed left of one goes when the
/// next run is made.
/// </summary>
internal sealed class UnfinishedFolder : IDisposable
{
    private const string Prefix = ".unfinished-";

    private readonly string _root;
    private bool _isKept;

    private UnfinishedFolder(string root, string path, RunLock held) => (_root, Path, Lock) = (root, path, held);

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Its lock, which goes with it to its name.</summary>
    public RunLock Lock { get; }

    /// <summary>Whether a folder is one of these.</summary>
    public static bool Is(string path) => System.IO.Path.GetFileName(path).StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Makes one.</summary>
    /// <param name="root">The folder of all runs; made where it is not there.</param>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static UnfinishedFolder Make(string root)
    {
        const string Remedy = "name another folder of runs with --runs";
        FolderToWrite.Make(root, Remedy, () => DirectorySync.Create(root));
        Clear(root);
        while (true)
        {
            string path = System.IO.Path.Combine(root, $"{Prefix}{Guid.NewGuid():N}");
            FolderToWrite.Make(root, Remedy, () => Directory.CreateDirectory(path));
            try
            {
                if (RunLock.TryTake(path) is { } held) return new UnfinishedFolder(root, path, held);
            }
            catch (DirectoryNotFoundException)
            {
                // Another process took it for one without an owner, before it was locked.
            }
        }
    }

    /// <summary>Gives it the name of a run: NAME, or NAME-2 and so on where that exists; on the disk with everything in it.</summary>
    /// <returns>The run's folder.</returns>
    public string MoveTo(string name)
    {
        DirectorySync.Flush(Path);
        for (int i = 1; ; i++)
        {
            if (TryMoveTo(i == 1 ? name : $"{name}-{i}") is { } path) return path;
        }
    }

    /// <summary>Gives it this name and no other.</summary>
    /// <returns>The run's folder.</returns>
    /// <exception cref="InputException">Something else has the name.</exception>
    public string MoveToExactly(string name)
    {
        DirectorySync.Flush(Path);
        return TryMoveTo(name)
            ?? throw new InputException(
            $"{System.IO.Path.Combine(_root, name)} exists already; another process may have begun the same run");
    }

    private string? TryMoveTo(string name)
    {
        string path = System.IO.Path.Combine(_root, name);
        if (System.IO.Path.Exists(path)) return null;
        try
        {
            Directory.Move(Path, path);
        }
        catch (IOException) when (System.IO.Path.Exists(path) && Directory.Exists(Path))
        {
            // Another process was faster.
            return null;
        }
        _isKept = true;
        Lock.MovedTo(path);
        DirectorySync.Flush(_root);
        return path;
    }

    private static void Clear(string root)
    {
        foreach (string path in Directory.EnumerateDirectories(root, $"{Prefix}*"))
        {
            try
            {
                if (!File.Exists(System.IO.Path.Combine(path, RunLock.Name))) Directory.Delete(path);
                else if (RunLock.TryTakeAtOnce(path) is { } held)
                    using (held) Directory.Delete(path, recursive: true);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Somebody else's, or cleared by another process at the same time.
            }
        }
    }

    /// <summary>Lets it go, unless it has become a run.</summary>
    public void Dispose()
    {
        if (_isKept) return;
        try
        {
            if (Lock.IsInPlace) Directory.Delete(Path, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What went wrong first matters more; the next run clears it away.
        }
        Lock.Dispose();
    }
}
