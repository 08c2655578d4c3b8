using System.CommandLine;
using Etalon.Lab.Training;
using Etalon.Workbench.Options;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon resume</c>: continues a run as if it had never ended.</summary>
internal static class ResumeCommand
{
    public static Command Create()
    {
        var run = CommonOptions.Run();
        var threads = CommonOptions.Threads();
        var runs = CommonOptions.Runs();
        var json = CommonOptions.Json();
        var tensorBoard = CommonOptions.TensorBoard();
        var inexact = new Option<bool>(
            "--inexact")
        {
            Description =
            "Goes on also where the run was computed with another arithmetic: not exact, the last digits differ."
        };
        var command = new Command(
            "resume",
            """
            Goes on with an interrupted run from its last good checkpoint, to the bit as if it had never ended, on any number of threads and ranks. Recipe, data and
            arithmetic must be those it began with; what changes them is a fork.

            Examples:
              etalon resume digits
              etalon resume runs/digits-2 --threads 1
            """)
        {
            run, threads, inexact, runs, json, tensorBoard,
        };
        command.SetAction((parsed, cancellation) => LaunchedRanks.Run(parsed, (ranks, streams) =>
        {
            string folder = RankAgreement.Make(
                ranks, () => CommonOptions.Find(parsed.GetRequiredValue(run), parsed.GetRequiredValue(runs)));
            int count = ThreadCount.Of(parsed.GetValue(threads));
            var screen = new TrainingScreen(streams, parsed.GetValue(json), parsed.GetValue(threads), parsed.GetValue(tensorBoard));
            screen.Show(
                () => TrainingRun.Resume(folder, count, parsed.GetValue(inexact), ranks, streams.Error.WriteLine, cancellation), ranks,
                cancellation);
        }));
        return command;
    }
}
