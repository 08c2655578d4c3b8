using System.Diagnostics;
using Etalon.Lab;
using Etalon.Lab.Runs;

namespace Etalon.Workbench.Dashboard;

/// <summary>
/// The runs in a folder and in the folders of sweeps inside it, as they were seen last. An address names a run that is in here, so no
/// address leads out of the folder.
/// </summary>
/// <param name="root">The folder of all runs; it need not be there.</param>
internal sealed class RunStore(string root)
{
    // Live runs are looked at each time; who makes or changes a run elsewhere is seen after this long at most.
    private static readonly TimeSpan Whole = TimeSpan.FromSeconds(5), Least = TimeSpan.FromSeconds(0.5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, DateTime> _withoutRuns = [];
    private Dictionary<string, RunReader> _runs = [];
    private DateTime _written;
    private long _lookedAt, _scannedAt;

    /// <summary>The folder.</summary>
    public string Root => root;

    /// <summary>All runs, by name, after a look at the folder.</summary>
    public IReadOnlyList<RunFacts> All()
    {
        Refresh();
        lock (_lock) return [.. _runs.Values.Select(run => run.Facts).OrderBy(run => run.Id, StringComparer.Ordinal)];
    }

    /// <summary>A run; null where there is none of that name.</summary>
    public RunFacts? Find(string id)
    {
        Refresh();
        lock (_lock) return _runs.TryGetValue(id, out var run) ? run.Facts : null;
    }

    /// <summary>
    /// The run that another one was forked from: the one at its parent's path, or, where the folder was moved since, one of that name; of
    /// the parent's recipe in any case. Null where there is none.
    /// </summary>
    public RunFacts? ParentOf(RunFacts fork)
    {
        if (fork.Parent is not { Length: > 0 } path || fork.ParentHash is not { } hash) return null;
        string id = Path.GetRelativePath(root, path).Replace(Path.DirectorySeparatorChar, '/'), name = RunFolder.NameOf(path);
        return Find(id) is { } there && there.RecipeHash == hash ? there
            : All().FirstOrDefault(run => run.RecipeHash == hash && RunFolder.NameOf(run.Path) == name);
    }

    /// <summary>Looks again, unless it has done so just now.</summary>
    /// <returns>The names of the runs that changed; empty for none.</returns>
    public IReadOnlyList<string> Refresh()
    {
        lock (_lock)
        {
            if (_lookedAt != 0 && Stopwatch.GetElapsedTime(_lookedAt) < Least) return [];
            _lookedAt = Stopwatch.GetTimestamp();
            var written = Directory.Exists(root) ? Directory.GetLastWriteTimeUtc(root) : default;
            if (_scannedAt == 0 || written != _written || Stopwatch.GetElapsedTime(_scannedAt) >= Whole)
            {
                (_written, _scannedAt) = (written, Stopwatch.GetTimestamp());
                return Scan();
            }
            return [.. _runs.Values.Where(run => run.IsLive && run.Refresh()).Select(run => run.Facts.Id)];
        }
    }

    private List<string> Scan()
    {
        var found = new Dictionary<string, RunReader>();
        foreach (string folder in Folders(root))
        {
            if (IsRun(folder)) Add(folder);
            else if (!IsKnownWithoutRuns(folder)) AddBelow(folder);
        }

        void Add(string folder)
        {
            string id = Path.GetRelativePath(root, folder).Replace(Path.DirectorySeparatorChar, '/');
            found.Add(id, _runs.TryGetValue(id, out var known) ? known : new RunReader(id, folder));
        }

        void AddBelow(string folder)
        {
            var written = Directory.GetLastWriteTimeUtc(folder);
            int before = found.Count;
            foreach (string inside in Folders(folder))
                if (IsRun(inside)) Add(inside);
            if (found.Count == before) _withoutRuns[folder] = written;
        }

        List<string> changed = [.. _runs.Keys.Where(id => !found.ContainsKey(id))];
        _runs = found;
        // Reading thousands of small files is waiting for the most part.
        var refreshed = new bool[found.Count];
        RunReader[] readers = [.. found.Values];
        Parallel.For(0, readers.Length, i => refreshed[i] = readers[i].Refresh());
        changed.AddRange(readers.Where((_, i) => refreshed[i]).Select(run => run.Facts.Id));
        return changed;
    }

    private bool IsKnownWithoutRuns(string folder) =>
        _withoutRuns.TryGetValue(folder, out var written) && written == Directory.GetLastWriteTimeUtc(folder);

    private static bool IsRun(string folder) => File.Exists(Path.Combine(folder, RunFolder.ResolvedName));

    // A folder that goes away, or may not be looked into, has no runs to show.
    private static List<string> Folders(string folder)
    {
        try
        {
            return [.. Directory.EnumerateDirectories(folder).Where(path => !UnfinishedFolder.Is(path) && !RunPlace.IsLink(path))];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The same as <see cref="Find"/>.</summary>
    /// <exception cref="InputException">There is none of that name.</exception>
    public RunFacts Require(string? id) => id is { Length: > 0 } && Find(id) is { } run
        ? run : throw new InputException($"there is no run \"{Shown(id)}\" in {root}");

    private static string Shown(string? id) => id is null ? "" : id.Length <= 100 ? id : $"{id[..100]}...";
}
