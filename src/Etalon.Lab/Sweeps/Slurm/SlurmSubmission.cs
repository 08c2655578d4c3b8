using System.Security.Cryptography;
using System.Text;
using Etalon.Lab.Files;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Sweeps;

/// <summary>
/// An array job of a sweep: which trials each of its tasks trains. The lists and the script lie in the sweep's folder, and the job's
/// name says which of them are its own, so that the queue alone tells what is submitted.
/// </summary>
internal sealed record SlurmSubmission
{
    /// <summary>The folder of lists, scripts and logs in that of the sweep.</summary>
    public const string FolderName = "slurm";

    /// <summary>The least that a task takes; shorter trials share one.</summary>
    public static readonly TimeSpan ShortestTask = TimeSpan.FromMinutes(1);

    // A cluster's MaxArraySize is 1001 by default, and counts from 0.
    private const int MostTasks = 1000;

    private const string ListSuffix = ".tasks";

    /// <summary>The sweep's folder.</summary>
    public required string Folder { get; init; }

    /// <summary>The sweep's name.</summary>
    public required string Sweep { get; init; }

    /// <summary>Eight hexadecimal digits that follow from the folder and the tasks.</summary>
    public required string Name { get; init; }

    /// <summary>The trials of each task.</summary>
    public required IReadOnlyList<IReadOnlyList<string>> Tasks { get; init; }

    /// <summary>The job's name in Slurm's queue.</summary>
    public string JobName => $"etalon-{Sweep}-{Name}";

    /// <summary>The file with a line of trials for each task.</summary>
    public string List => Path.Combine(Folder, FolderName, Name + ListSuffix);

    /// <summary>The file of the script.</summary>
    public string Script => Path.Combine(Folder, FolderName, Name + ".sh");

    /// <summary>What the tasks write; %a is the number of the task.</summary>
    public string Log => Path.Combine(Folder, FolderName, Name + "_%a.log");

    /// <summary>Deals trials to tasks, in their order, as many to each as fill <see cref="ShortestTask"/>.</summary>
    /// <param name="folder">The sweep's folder.</param>
    /// <param name="sweep">The sweep's name.</param>
    /// <param name="trials">The trials to train; at least one.</param>
    /// <param name="secondsPerUpdate">How long an update of a recipe takes; null where that is not known, and the trial is a task.</param>
    public static SlurmSubmission Of(string folder, string sweep, IReadOnlyList<TrialState> trials, Func<Recipe, double?> secondsPerUpdate)
    {
        ArgumentNullException.ThrowIfNull(trials);
        ArgumentNullException.ThrowIfNull(secondsPerUpdate);
        int fewest = (trials.Count + MostTasks - 1) / MostTasks;
        var tasks = new List<List<string>>();
        double seconds = double.PositiveInfinity;
        foreach (var trial in trials)
        {
            if (tasks.Count == 0 || (seconds >= ShortestTask.TotalSeconds && tasks[^1].Count >= fewest))
            {
                tasks.Add([]);
                seconds = 0;
            }
            tasks[^1].Add(trial.Trial.Id);
            seconds += secondsPerUpdate(trial.Trial.Recipe) is { } perUpdate ? perUpdate * (trial.Trial.Recipe.TotalSteps - trial.Updates)
                : double.PositiveInfinity;
        }
        return Of(folder, sweep, tasks);
    }

    /// <summary>Tasks that each train whatever is next of a sweep.</summary>
    /// <param name="folder">The sweep's folder.</param>
    /// <param name="sweep">The sweep.</param>
    /// <param name="workers">How many; at least 1.</param>
    public static SlurmSubmission OfWorkers(string folder, Sweep sweep, int workers)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        string[] all = [.. sweep.Trials.Select(trial => trial.Id)];
        return Of(folder, sweep.Name, [.. Enumerable.Repeat(all, workers)]);
    }

    private static SlurmSubmission Of(string folder, string sweep, IReadOnlyList<IReadOnlyList<string>> tasks)
    {
        byte[] text = Encoding.UTF8.GetBytes($"{Path.GetFullPath(folder)}\n{TextOf(tasks)}");
        return new SlurmSubmission
        {
            Folder = folder,
            Sweep = sweep,
            Name = Convert.ToHexStringLower(SHA256.HashData(text))[..8],
            Tasks = tasks,
        };
    }

    /// <summary>The submissions whose lists lie in a sweep's folder.</summary>
    /// <param name="folder">The sweep's folder.</param>
    /// <param name="sweep">The sweep's name.</param>
    public static IReadOnlyList<SlurmSubmission> In(string folder, string sweep)
    {
        string lists = Path.Combine(folder, FolderName);
        if (!Directory.Exists(lists)) return [];
        return [.. Directory.EnumerateFiles(lists, $"*{ListSuffix}").Order(StringComparer.Ordinal).Select(file => new SlurmSubmission
        {
            Folder = folder,
            Sweep = sweep,
            Name = Path.GetFileNameWithoutExtension(file),
            Tasks = Read(file),
        })];
    }

    /// <summary>Writes the list, the script, and the folder for the logs.</summary>
    /// <returns>The folders that were not there before, the innermost first.</returns>
    /// <exception cref="IOException">They cannot be written.</exception>
    public IReadOnlyList<string> Write(string script)
    {
        var made = new List<string>();
        string? folder = Path.GetFullPath(Path.Combine(Folder, FolderName));
        for (; folder is not null && !Directory.Exists(folder); folder = Path.GetDirectoryName(folder)) made.Add(folder);
        DirectorySync.Create(Path.Combine(Folder, FolderName));
        AtomicFile.Write(List, writer => writer.Write(TextOf(Tasks)));
        AtomicFile.Write(Script, writer => writer.Write(script));
        return made;
    }

    /// <summary>Takes the list and the script away, and of the folders that were made for them those that are empty.</summary>
    /// <param name="made">What <see cref="Write"/> made.</param>
    public void Delete(IReadOnlyList<string> made)
    {
        ArgumentNullException.ThrowIfNull(made);
        File.Delete(List);
        File.Delete(Script);
        foreach (string folder in made.TakeWhile(folder => !Directory.EnumerateFileSystemEntries(folder).Any()))
            Directory.Delete(folder);
    }

    /// <summary>The tasks in a list.</summary>
    /// <exception cref="InputException">The file is not there.</exception>
    public static IReadOnlyList<IReadOnlyList<string>> Read(string list) =>
        [.. Runs.RunFile.Text(list).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))];

    private static string TextOf(IEnumerable<IEnumerable<string>> tasks) =>
        string.Concat(tasks.Select(task => $"{string.Join(' ', task)}\n"));
}
