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
            SweepOnSlurm.Cancel(
                SweepFolder.PathOf(sweep, parsed.GetRequiredValue(runs)), sweep.Name, parsed.InvocationConfiguration.Output);
        });
        return command;
    }
}
