using System.CommandLine;
using Etalon.Lab.Training;
using Etalon.Workbench.Options;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon fork</c>: a new run from a checkpoint of another, with changes.</summary>
internal static class ForkCommand
{
    public static Command Create()
    {
        var run = CommonOptions.Run();
        var changes = new Argument<string[]>("changes")
        {
            Description =
            "What the new recipe has instead, as in learning_rate=0.01; durations count from the parent's first update.",
            HelpName = "key=value",
            Arity = ArgumentArity.ZeroOrMore
        };
        var at = NumberOption.Whole("--at", "STEP", "The updates after which to leave the run; its last good checkpoint unless given.");
        var threads = CommonOptions.Threads();
        var runs = CommonOptions.Runs();
        var json = CommonOptions.Json();
        var tensorBoard = CommonOptions.TensorBoard();
        var command = new Command(
            "fork",
            """
            Begins a new run from a checkpoint of another, with a changed recipe: the same weights and momentum buffers, the new numbers. The parent stays as it
            is; the new run's resolved.json names it. The old and the new schedules are drawn over each other.

            Examples:
              etalon fork digits duration=40ep "learning_rate={steps: {start: 0.2, at: [20ep, 35ep], factor: 0.1}}"
              etalon fork digits --at 230 weight_decay=0.001
            """)
        {
            run, changes, at, threads, runs, json, tensorBoard,
        };
        command.SetAction((parsed, cancellation) => LaunchedRanks.Run(parsed, (ranks, streams) =>
        {
            string root = parsed.GetRequiredValue(runs);
            string folder = RankAgreement.Make(ranks, () => CommonOptions.Find(parsed.GetRequiredValue(run), root));
            int count = ThreadCount.Of(parsed.GetValue(threads));
            var screen = new TrainingScreen(streams, parsed.GetValue(json), parsed.GetValue(threads), parsed.GetValue(tensorBoard));
            screen.Show(
                () => TrainingRun.Fork(folder, parsed.GetValue(at), parsed.GetValue(changes)!, root, count, ranks), ranks, cancellation);
        }));
        return command;
    }
}
