using System.CommandLine;
using Etalon.Lab.Training;
using Etalon.Workbench.Options;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon train</c>: trains a recipe into a run folder.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var recipe = RecipeArguments.One();
        var threads = CommonOptions.Threads();
        var runs = CommonOptions.Runs();
        var json = CommonOptions.Json();
        var tensorBoard = CommonOptions.TensorBoard();
        var command = new Command(
            "train",
            """
            Trains the network of a recipe into a run folder, with an evaluation and a checkpoint after each epoch. Started by mpirun or srun, the processes
            train it together, each with a part of every batch, to the bits of one process.

            Examples:
              etalon train recipes/digits.yaml
              etalon train recipes/fashion-preresnet8.yaml seed=2 learning_rate=0.05 --threads 2
              mpirun -n 4 etalon train recipes/digits.yaml
            """)
        {
            recipe, threads, runs, json, tensorBoard,
        };
        command.SetAction((parsed, cancellation) => LaunchedRanks.Run(parsed, (ranks, streams) =>
        {
            var read = RankAgreement.Make(ranks, () => RecipeArguments.ReadOne(parsed.GetRequiredValue(recipe), streams.Error));
            int count = ThreadCount.Of(parsed.GetValue(threads));
            var screen = new TrainingScreen(streams, parsed.GetValue(json), parsed.GetValue(threads), parsed.GetValue(tensorBoard));
            string folder = parsed.GetRequiredValue(runs);
            screen.Show(() => TrainingRun.Begin(read, folder, count, ranks: ranks), ranks, cancellation);
        }));
        return command;
    }
}
