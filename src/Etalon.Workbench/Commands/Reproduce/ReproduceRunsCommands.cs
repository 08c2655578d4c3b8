using System.CommandLine;
using Etalon.Lab;
using Etalon.Lab.Claims;
using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Sweeps;

namespace Etalon.Workbench.Commands;

/// <summary>The training runs of claims as the sweep that they are: on Slurm, how they stand, taken back.</summary>
internal static class ReproduceRunsCommands
{
    /// <summary><c>etalon reproduce status</c>.</summary>
    public static Command Status() => Create("status", "How the training runs of claims stand, read from their folders.",
        (sweep, folder, streams) =>
        {
            SweepText.WriteStatus(folder, streams.Output);
            SlurmText.WriteStatus(folder, sweep, streams.Output);
        });

    /// <summary><c>etalon reproduce cancel</c>.</summary>
    public static Command Cancel() => Create(
        "cancel", "Takes the training runs of a report's folder out of Slurm's queue; those at work keep a checkpoint.",
        (sweep, folder, streams) => SweepOnSlurm.Cancel(folder.Path, sweep.Name, streams.Output));

    /// <summary><c>etalon reproduce task</c>: what the script of <c>etalon reproduce --on slurm</c> calls; help does not show it.</summary>
    public static Command Task()
    {
        var choice = new ReproduceChoice();
        var (list, number) = (SweepTaskCommand.List(), SweepTaskCommand.Number());
        var command = new Command("task", "Trains the runs of a task.") { list, number };
        command.Hidden = true;
        choice.AddTo(command, computes: true);
        command.SetAction((parsed, cancellation) => System.Threading.Tasks.Task.Run(() =>
        {
            var run = choice.Run(parsed, cancellation);
            var options = ClaimSweep.Options(run) with { Threads = choice.Threads(parsed) ?? 1 };
            return SweepTaskCommand.Train(SweepOf(choice.Claims(parsed), run, "etalon reproduce"), ClaimSweep.Root(run),
                parsed.GetRequiredValue(list), parsed.GetValue(number), options, parsed.InvocationConfiguration.Error, cancellation);
        }, CancellationToken.None));
        return command;
    }

    /// <summary>Submits what is left to train; what is no training run is computed where the report is written.</summary>
    /// <exception cref="InputException">No run is trained, there is no Slurm here, or it refused.</exception>
    public static int Submit(
        ParseResult parsed, ReproduceChoice choice, SlurmOptions slurm, bool isDry, CancellationToken cancellation)
    {
        var streams = parsed.InvocationConfiguration;
        var run = choice.Run(parsed, cancellation);
        var obstacles = choice.Claims(parsed).Select(claim => (Claim: claim, Obstacle: Reproduction.Obstacle(claim, run.Scale))).ToList();
        foreach (var (claim, obstacle) in obstacles)
            if (obstacle is not null) streams.Error.WriteLine($"not run: {claim.Name}: {obstacle.Reason}");
        string asked = string.Join(' ', choice.Words(parsed, run.Scale)),
            same = string.Join(' ', choice.WordsWithFolder(parsed, run.Scale));
        var sweep = SweepOf(
            [.. obstacles.Where(pair => pair.Obstacle is null).Select(pair => pair.Claim)], run, $"etalon reproduce {asked}");
        if (sweep.Configurations.Count == 0)
            throw new InputException($"{asked}: no training run is asked for that could be submitted; etalon reproduce {same} computes it");
        var folder = FolderOf(sweep, run);
        if (!slurm.IsAsked(parsed))
        {
            SweepText.WriteTrials(sweep, folder, streams.Output);
            return ExitCode.Done;
        }
        ClaimSweep.Require(folder);
        var calls = new SweepCalls(
            ["reproduce", "task", .. choice.Words(parsed, run.Scale), "--out", Path.GetFullPath(run.Folder)],
            $"etalon reproduce status {same}", $"etalon reproduce cancel {same}");
        SweepOnSlurm.Submit(
            sweep with { Slurm = slurm.Over(sweep.Slurm, parsed) }, folder, ClaimSweep.Options(run), calls, isDry, streams);
        if (!isDry)
            streams.Output.WriteLine(
                $"once they are done: etalon reproduce {same}, which computes what is no training run, judges, and writes the report");
        return ExitCode.Done;
    }

    private static Command Create(string name, string description, Action<Sweep, SweepFolder, InvocationConfiguration> act)
    {
        var choice = new ReproduceChoice();
        var command = new Command(name, description);
        choice.AddTo(command, computes: false);
        command.SetAction(parsed =>
        {
            var run = choice.Run(parsed, CancellationToken.None);
            var sweep = SweepOf(choice.Claims(parsed), run, "etalon reproduce");
            act(sweep, FolderOf(sweep, run), parsed.InvocationConfiguration);
        });
        return command;
    }

    // A claim without an experiment of the scale trains nothing. Whether data are there is seen where it trains.
    private static Sweep SweepOf(IReadOnlyList<Claim> claims, ClaimRun run, string asked) => ClaimSweep.Of(
        claims.Where(claim => claim.CostAt(run.Scale) is not null).SelectMany(claim => claim.Recipes(run)), run, asked);

    // The folder may have runs of other claims too.
    private static SweepFolder FolderOf(Sweep sweep, ClaimRun run) =>
        SweepFolder.Of(sweep, ClaimSweep.Root(run), run.Report) with { NoLongerAskedFor = [] };
}
