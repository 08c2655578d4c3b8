using System.ComponentModel;
using System.Diagnostics;

namespace Etalon.Lab.Sweeps;

/// <summary>A task of a sweep in Slurm's queue.</summary>
/// <param name="Submission">The job's list of trials.</param>
/// <param name="Job">The number of the array job.</param>
/// <param name="Task">The number of the task in it, from 0.</param>
/// <param name="State">RUNNING, PENDING, COMPLETING, ...</param>
/// <param name="Reason">Why it waits, in Slurm's word; None for one that runs.</param>
internal sealed record SlurmTask(SlurmSubmission Submission, string Job, int Task, string State, string Reason)
{
    /// <summary>Whether it runs, or ends just now.</summary>
    public bool HasStarted => State is not "PENDING";

    /// <summary>The trials that it trains.</summary>
    public IReadOnlyList<string> Trials => Task < Submission.Tasks.Count ? Submission.Tasks[Task] : [];
}

/// <summary>Slurm's commands, as far as a sweep needs them: sbatch, squeue and scancel.</summary>
internal static class SlurmQueue
{
    private const string Remedy =
        "submit on a machine of the cluster where Slurm's commands are installed and on the PATH, or train here with --on local";

    /// <summary>Submits a script.</summary>
    /// <returns>The number of the array job.</returns>
    /// <exception cref="InputException">There is no sbatch, or it refused.</exception>
    public static string Submit(string script)
    {
        string said = Run("sbatch", ["--parsable", script]);
        // "JOB", or "JOB;CLUSTER".
        return said.Trim().Split(';')[0];
    }

    /// <summary>The tasks of a sweep that wait, run or end; null where there is no squeue to ask.</summary>
    /// <exception cref="InputException">squeue could not tell.</exception>
    public static IReadOnlyList<SlurmTask>? TasksOf(IReadOnlyList<SlurmSubmission> submissions)
    {
        ArgumentNullException.ThrowIfNull(submissions);
        if (submissions.Count == 0) return [];
        var byName = submissions.ToDictionary(submission => submission.JobName);
        using var process =
            TryStart("squeue", ["--noheader", "--array", "--format=%F|%K|%T|%r|%j", $"--name={string.Join(',', byName.Keys)}"]);
        if (process is null) return null;
        return [.. OutputOf("squeue", process).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('|', 5))
            .Where(cells => cells.Length == 5 && NumberText.TryReadInteger(cells[1], out _, out _) && byName.ContainsKey(cells[4].Trim()))
            .Select(cells => new SlurmTask(byName[cells[4].Trim()], cells[0], TaskOf(cells[1]), cells[2], cells[3]))];
    }

    /// <summary>Takes jobs out of the queue; those of their tasks that run keep a checkpoint.</summary>
    /// <exception cref="InputException">There is no scancel, or it refused.</exception>
    public static void Cancel(IEnumerable<string> jobs) => Run("scancel", [.. jobs]);

    private static int TaskOf(string text) => NumberText.TryReadInteger(text, out int task, out _) ? task : throw new FormatException(text);

    private static string Run(string command, IReadOnlyList<string> words)
    {
        using var process = TryStart(command, words) ?? throw new InputException($"{command}: there is no such command here; {Remedy}");
        return OutputOf(command, process);
    }

    private static string OutputOf(string command, Process process)
    {
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        string said = error.GetAwaiter().GetResult().Trim();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InputException($"{command} refused: {said.ReplaceLineEndings(" ")}");
    }

    // Null where there is no such command.
    private static Process? TryStart(string command, IReadOnlyList<string> words)
    {
        var start = new ProcessStartInfo(command) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string word in words) start.ArgumentList.Add(word);
        try
        {
            return Process.Start(start);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
