using System.CommandLine;
using Etalon.Lab;
using Etalon.Lab.Recipes;
using Etalon.Lab.Sweeps;
using Etalon.Workbench.Options;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon sweep</c>: many runs that answer one question.</summary>
internal static class SweepCommand
{
    private const int MostJobs = 1024;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var spec = Spec();
        var runs = CommonOptions.Runs();
        var jobs = Jobs();
        var dryRun = new Option<bool>("--dry-run") { Description = "Lists the trials, their number, memory and expected time, and trains none." };
        var command = new Command(
            "sweep",
            """
            Many runs that answer one question: recipes, what changes between them, seeds, and the metric that judges them.

            Examples:
              etalon sweep sweeps/digits-rate-decay.yaml --dry-run
            """)
        {
            spec, dryRun, runs, jobs,
        };
        command.SetAction(parsed =>
        {
            if (!parsed.GetValue(dryRun)) throw new InputException("--dry-run: is missing; this etalon lists the trials of a sweep, and does not train them yet");
            var sweep = SweepReader.ReadFile(parsed.GetRequiredValue(spec));
            SweepText.WriteTrials(sweep, parsed.GetRequiredValue(runs), parsed.InvocationConfiguration.Output);
            SweepText.WriteCost(sweep, JobsOf(sweep, parsed.GetValue(jobs)), parsed.InvocationConfiguration.Output);
        });
        return command;
    }

    private static Argument<string> Spec() => new("spec") { Description = "A sweep's file (YAML or JSON).", HelpName = "SPEC" };

    private static Option<int?> Jobs() => NumberOption.Integer(
        "--jobs", "N", "Trials at a time, each on one thread; as many as there are processors unless given. The results do not depend on it.",
        1, MostJobs, $"at least 1 and at most {MostJobs} trials train at a time");

    private static int JobsOf(Sweep sweep, int? asked) => TrialCost.JobsThatFit(sweep, asked ?? Environment.ProcessorCount, RunMemory.Available);
}
