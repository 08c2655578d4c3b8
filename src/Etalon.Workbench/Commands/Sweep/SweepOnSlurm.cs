using System.CommandLine;
using Etalon.Lab;
using Etalon.Lab.Sweeps;

namespace Etalon.Workbench.Commands;

/// <summary>Submits what is missing of a sweep as an array job; nothing of etalon stays behind to watch it.</summary>
internal static class SweepOnSlurm
{
    /// <summary>Writes list and script, and submits them.</summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="folder">Its folder.</param>
    /// <param name="options">How it is run.</param>
    /// <param name="calls">What trains a task, and what looks after all of them.</param>
    /// <param name="isDry">Shows the script and writes nothing.</param>
    /// <param name="streams">Where it is said.</param>
    /// <exception cref="InputException">There is no Slurm here, or it refused.</exception>
    public static void Submit(
        Sweep sweep, SweepFolder folder, SweepOptions options, SweepCalls calls, bool isDry, InvocationConfiguration streams)
    {
        sweep.Slurm.RequireTimeToTrain();
        var earlier = SlurmSubmission.In(folder.Path, sweep.Name);
        var inQueue = (SlurmQueue.TasksOf(earlier) ?? []).SelectMany(task => task.Trials).ToHashSet();
        var toTrain = folder.LeftToTrain(options);
        var left = toTrain.Where(trial => !inQueue.Contains(trial.Trial.Id)).ToList();
        if (isDry) SweepText.WriteTrials(sweep, folder, streams.Output);
        else if (!options.MixVersions) folder.RequireOneArithmetic();
        if (left.Count == 0)
        {
            streams.Output.WriteLine(toTrain.Count == 0
                ? $"{SweepText.Counts(folder)}; nothing is left to train"
                : $"{SweepText.Counts(folder)}; what is left is in Slurm's queue: {calls.Status}");
            return;
        }
        var submission = sweep.Halving is null
            ? SlurmSubmission.Of(folder.Path, sweep.Name, left, TrialCost.Measured(unknown => streams.Error.WriteLine(
                $"how long a trial takes is not known, so each is a task: {unknown.Problems[0]}")))
            : SlurmSubmission.OfWorkers(folder.Path, sweep, Workers(sweep, folder));
        string script = SlurmScript.Of(submission, sweep.Slurm, ChildProcess.Self,
            [.. calls.Task, "--list", Path.GetFullPath(submission.List), "--threads", $"{sweep.Slurm.Cpus}"]);
        if (isDry)
        {
            streams.Output.WriteLine($"memory: at most {Math.Ceiling(TrialCost.MostMemory(sweep) / 1e6):N0} MB a trial");
            streams.Output.WriteLine($"{SweepText.Count(left.Count, "trial")} in {Tasks(submission)}, by this script:");
            streams.Output.WriteLine();
            streams.Output.Write(script);
            return;
        }
        string job = SubmitOrTakeAway(submission, submission.Write(script));
        streams.Output.WriteLine(
            $"submitted as array job {job}: {SweepText.Count(left.Count, "trial")} in {Tasks(submission)}, by {submission.Script}");
        streams.Output.WriteLine($"how they stand: {calls.Status}; to take them back: {calls.Cancel}");
    }

    /// <summary>Takes the tasks of a sweep out of the queue.</summary>
    /// <param name="path">The sweep's folder.</param>
    /// <param name="sweep">The sweep's name.</param>
    /// <param name="output">Where it is said.</param>
    /// <exception cref="InputException">There is no Slurm here, or it refused.</exception>
    public static void Cancel(string path, string sweep, TextWriter output)
    {
        var tasks = SlurmQueue.TasksOf(SlurmSubmission.In(path, sweep))
            ?? throw new InputException("squeue: there is no such command here; cancel on a machine of the cluster");
        string[] jobs = [.. tasks.Select(task => task.Job).Distinct()];
        if (jobs.Length > 0) SlurmQueue.Cancel(jobs);
        output.WriteLine(jobs.Length == 0
            ? "no task of this sweep is in Slurm's queue; one that trains on a machine ends with Ctrl-C there"
            : $"canceled {SweepText.Count(tasks.Count, "task")} of job {string.Join(", ", jobs)}");
    }

    // What never was in the queue is no submission.
    private static string SubmitOrTakeAway(SlurmSubmission submission, IReadOnlyList<string> made)
    {
        try
        {
            return SlurmQueue.Submit(submission.Script);
        }
        catch (InputException)
        {
            submission.Delete(made);
            throw;
        }
    }

    private static string Tasks(SlurmSubmission submission) => SweepText.Count(submission.Tasks.Count, "task");

    // Which trials go on is known only on the way: each task takes what is next, until nothing is.
    private static int Workers(Sweep sweep, SweepFolder folder) => Math.Min(folder.Trials.Count, sweep.Slurm.AtOnce
        ?? throw new InputException(
            "with halving each task trains whatever is next, so say how many tasks there are: --at-once N, or slurm: {at_once: N}"));
}

/// <summary>The commands that train a sweep's tasks and look after them.</summary>
/// <param name="Task">The words after etalon that train a task; the list, its number and the threads follow.</param>
/// <param name="Status">What tells how they stand.</param>
/// <param name="Cancel">What takes them back.</param>
internal sealed record SweepCalls(IReadOnlyList<string> Task, string Status, string Cancel)
{
    /// <summary>Those of a sweep in a file.</summary>
    public static SweepCalls Of(Sweep sweep, SweepFolder folder, SweepOptions options) => new(
        [
            "sweep", "task", Path.GetFullPath(sweep.File), "--runs", Path.GetDirectoryName(Path.GetFullPath(folder.Path))!,
            .. options.RetryFailed ? ["--retry", "failed"] : (string[])[],
            .. options.MixVersions ? ["--mix-versions"] : (string[])[],
        ],
        $"etalon sweep status {sweep.File}", $"etalon sweep cancel {sweep.File}");
}
