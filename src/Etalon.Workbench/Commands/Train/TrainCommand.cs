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
        var command = new Command(
            "train",
            """
            Trains the network of a recipe into a run folder, with an evaluation and a checkpoint after each epoch.

            Examples:
              etalon train recipes/digits.yaml
              etalon train recipes/fashion-preresnet8.yaml seed=2 learning_rate=0.05 --threads 2
            """)
        {
            recipe, threads, runs, json,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var streams = parsed.InvocationConfiguration;
            var read = RecipeArguments.ReadOne(parsed.GetRequiredValue(recipe), streams.Error);
            int count = ThreadCount.Of(parsed.GetValue(threads));
            var screen = new TrainingScreen(streams, parsed.GetValue(json), parsed.GetValue(threads));
            string folder = parsed.GetRequiredValue(runs);
            return screen.Show(() => TrainingRun.Begin(read, folder, count), cancellation);
        });
        return command;
    }
}
