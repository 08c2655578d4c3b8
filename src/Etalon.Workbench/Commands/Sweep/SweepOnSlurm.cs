using System.CommandLine;
using Etalon.Lab;
using Etalon.Lab.Sweeps;

namespace Etalon.Workbench.Commands;

/// <summary>Submits what is missing of a sweep as an array job; nothing of etalon stays behind to watch it.</summary>
internal static class SweepOnSlurm
{
    /// <summary>Writes list and script, and submits them; with <paramref name="isDry"/> shows the script and writes nothing.</summary>
    /// <exception cref="InputException">There is no Slurm here, or it refused.</exception>
    public static void Submit(Sweep sweep, SweepFolder folder, SweepOptions options, bool isDry, InvocationConfiguration streams)
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
                : $"{SweepText.Counts(folder)}; what is left is in Slurm's queue: etalon sweep status {sweep.File}");
            return;
        }
        var submission = sweep.Halving is null
            ? SlurmSubmission.Of(folder.Path, sweep.Name, left, SecondsPerUpdate(left[0], streams.Error))
            : SlurmSubmission.OfWorkers(folder.Path, sweep, Workers(sweep, folder));
        string script = SlurmScript.Of(submission, sweep.Slurm, ChildProcess.Self, Words(sweep, submission, options));
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
        streams.Output.WriteLine($"how they stand: etalon sweep status {sweep.File}; to take them back: etalon sweep cancel {sweep.File}");
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

    // Whoever submits need not have the data.
    private static double? SecondsPerUpdate(TrialState trial, TextWriter error)
    {
        try
        {
            return TrialCost.SecondsPerUpdate(trial.Trial.Recipe);
        }
        catch (InputException exception)
        {
            error.WriteLine($"how long a trial takes is not known, so each is a task: {exception.Problems[0]}");
            return null;
        }
    }

    private static List<string> Words(Sweep sweep, SlurmSubmission submission, SweepOptions options)
    {
        string runs = Path.GetDirectoryName(Path.GetFullPath(submission.Folder))!;
        List<string> words = ["sweep", "task", Path.GetFullPath(sweep.File), "--runs", runs, "--list", Path.GetFullPath(submission.List),
            "--threads", $"{sweep.Slurm.Cpus}"];
        if (options.RetryFailed) words.AddRange(["--retry", "failed"]);
        if (options.MixVersions) words.Add("--mix-versions");
        return words;
    }
}
