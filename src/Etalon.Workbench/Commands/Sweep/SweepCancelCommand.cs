using System.CommandLine;
using Etalon.Lab.Sweeps;
using Etalon.Workbench.Options;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon sweep cancel</c>: takes a sweep's tasks out of Slurm's queue.</summary>
internal static class SweepCancelCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var spec = SweepCommand.Spec(ArgumentArity.ExactlyOne);
        var runs = CommonOptions.Runs();
        var command = new Command(
            "cancel",
            "Takes the tasks of a sweep out of Slurm's queue; those that run keep a checkpoint, and etalon sweep continues them.")
        {
            spec, runs,
        };
        command.SetAction(parsed =>
        {
            var sweep = SweepCommand.Read(parsed.GetValue(spec));
            var output = parsed.InvocationConfiguration.Output;
            var submissions = SlurmSubmission.In(SweepFolder.PathOf(sweep, parsed.GetRequiredValue(runs)), sweep.Name);
            var tasks = SlurmQueue.TasksOf(submissions)
                ?? throw new Lab.InputException("squeue: there is no such command here; cancel on a machine of the cluster");
            string[] jobs = [.. tasks.Select(task => task.Job).Distinct()];
            if (jobs.Length > 0) SlurmQueue.Cancel(jobs);
            output.WriteLine(jobs.Length == 0
                ? "no task of this sweep is in Slurm's queue; one that trains on a machine ends with Ctrl-C there"
                : $"canceled {SweepText.Count(tasks.Count, "task")} of job {string.Join(", ", jobs)}");
        });
        return command;
    }
}
