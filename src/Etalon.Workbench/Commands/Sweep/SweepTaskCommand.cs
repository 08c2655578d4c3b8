using System.CommandLine;
using Etalon.Lab;
using Etalon.Lab.Sweeps;
using Etalon.Workbench.Options;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon sweep task</c>: what a script that <c>etalon sweep --on slurm</c> wrote calls; help does not show it.</summary>
internal static class SweepTaskCommand
{
    private const string Failed = "failed";

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var spec = SweepCommand.Spec(ArgumentArity.ExactlyOne);
        var runs = CommonOptions.Runs();
        var list = new Option<string>("--list") { Description = "The file with a line of trials for each task.", Required = true };
        var task = NumberOption.Integer("--task", "N", "The task, from 0.", standard: 0, least: 0);
        var threads = CommonOptions.Threads();
        var retry = new Option<string?>("--retry") { Description = "failed: resumes failed trials too.", HelpName = Failed };
        retry.AcceptOnlyFromAmong(Failed);
        var mix = new Option<bool>("--mix-versions") { Description = "Trains also beside trials of another arithmetic." };
        var command = new Command("task", "Trains the trials of a task.") { spec, runs, list, task, threads, retry, mix };
        command.Hidden = true;
        command.SetAction((parsed, cancellation) => Task.Run(() =>
        {
            var tasks = SlurmSubmission.Read(parsed.GetRequiredValue(list));
            int number = parsed.GetValue(task);
            if (number >= tasks.Count) throw new InputException($"--task {number}: {parsed.GetValue(list)} has {tasks.Count} tasks");
            var error = parsed.InvocationConfiguration.Error;
            var options = new SweepOptions
            {
                Threads = parsed.GetValue(threads) ?? 1,
                RetryFailed = parsed.GetValue(retry) is not null,
                MixVersions = parsed.GetValue(mix),
                Waiting = error.WriteLine,
            };
            var sweep = SweepCommand.Read(parsed.GetValue(spec));
            var folder = SweepRun.ExecuteToEnd(sweep, parsed.GetRequiredValue(runs), tasks[number], options,
                trial => error.WriteLine(SweepText.Line(trial)), cancellation);
            // Of a part of the trials with halving nothing follows; all of them are in each task.
            return folder.IsFinished ? ExitCode.Done : ExitCode.Failed;
        }, CancellationToken.None));
        return command;
    }
}
