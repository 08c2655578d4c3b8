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
        var (list, task) = (List(), Number());
        var threads = CommonOptions.Threads();
        var retry = new Option<string?>("--retry") { Description = "failed: resumes failed trials too.", HelpName = Failed };
        retry.AcceptOnlyFromAmong(Failed);
        var mix = new Option<bool>("--mix-versions") { Description = "Trains also beside trials of another arithmetic." };
        var command = new Command("task", "Trains the trials of a task.") { spec, runs, list, task, threads, retry, mix };
        command.Hidden = true;
        command.SetAction((parsed, cancellation) => Task.Run(() =>
        {
            var error = parsed.InvocationConfiguration.Error;
            var options = new SweepOptions
            {
                Threads = parsed.GetValue(threads) ?? 1,
                RetryFailed = parsed.GetValue(retry) is not null,
                MixVersions = parsed.GetValue(mix),
                Waiting = error.WriteLine,
            };
            return Train(SweepCommand.Read(parsed.GetValue(spec)), parsed.GetRequiredValue(runs), parsed.GetRequiredValue(list),
                parsed.GetValue(task), options, error, cancellation);
        }, CancellationToken.None));
        return command;
    }

    /// <summary>The option of the tasks' file.</summary>
    public static Option<string> List() =>
        new("--list") { Description = "The file with a line of trials for each task.", Required = true };

    /// <summary>The option of the task's number.</summary>
    public static Option<int> Number() => NumberOption.Integer("--task", "N", "The task, from 0.", standard: 0, least: 0);

    /// <summary>Trains the trials of a task to their ends.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="InputException">There is no such task, or the sweep does not ask for its trials.</exception>
    public static int Train(Lab.Sweeps.Sweep sweep, string runs, string list, int number, SweepOptions options, TextWriter error,
        CancellationToken cancellation)
    {
        var tasks = SlurmSubmission.Read(list);
        if (number >= tasks.Count) throw new InputException($"--task {number}: {list} has {tasks.Count} tasks");
        try
        {
            var folder = SweepRun.ExecuteToEnd(
                sweep, runs, tasks[number], options, trial => error.WriteLine(SweepText.Line(trial)), cancellation);
            // Of a part of the trials with halving nothing follows; all of them are in each task.
            return folder.IsFinished ? ExitCode.Done : ExitCode.Failed;
        }
        catch (OperationCanceledException exception) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(
                $"task {number} was told to stop; its trials keep their checkpoints, and whoever trains them next continues", exception,
                cancellation);
        }
    }
}
