using System.CommandLine;
using System.Text.Json;
using Etalon.Lab;
using Etalon.Lab.Runs;
using Etalon.Lab.RunSpecs;
using Etalon.Lab.Training;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon train</c>: trains a recipe into a run folder.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var recipe = RecipeArguments.One();
        var threads = new Option<int?>("--threads") { Description = "Threads that compute; all processors unless given. The result does not depend on them.", HelpName = "N" };
        var runs = RunsCommand.FolderOption();
        var json = new Option<bool>("--json") { Description = "Prints the result as JSON and nothing else." };
        var command = new Command(
            "train",
            """
            Trains the network of a recipe into a run folder, with an evaluation after each epoch.

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
            var spec = RecipeArguments.ReadOne(parsed.GetRequiredValue(recipe), streams.Error);
            int count = Threads(parsed.GetValue(threads));
            // On a thread of its own, so that Ctrl-C finds the command waiting.
            return Task.Run(() => Train(spec, parsed.GetRequiredValue(runs), count, parsed.GetValue(json), streams, cancellation), CancellationToken.None);
        });
        return command;
    }

    private static int Threads(int? given) => given switch
    {
        null => Environment.ProcessorCount,
        >= 1 and <= 1024 => given.Value,
        _ => throw new InputException($"--threads is {given}; at least 1 and at most 1024 threads compute, as many as the machine has processors is best"),
    };

    private static void Train(RunSpec spec, string runs, int threads, bool json, InvocationConfiguration streams, CancellationToken cancellation)
    {
        bool isTerminal = !json && ReferenceEquals(streams.Error, Console.Error) && !Console.IsErrorRedirected;
        RunFolder? folder = null;
        ITrainingObserver Begin(RunFolder made)
        {
            folder = made;
            if (!json) streams.Error.WriteLine($"{spec.Name}: {spec.TotalSteps:N0} updates into {made.Path}");
            return json ? new SilentDisplay() : isTerminal ? new ProgressDisplay(streams.Error, spec) : new PlainDisplay(streams.Error, spec);
        }

        var result = TrainingRun.Execute(spec, runs, threads, Begin, cancellation);
        if (json)
            streams.Output.WriteLine(JsonSerializer.Serialize(new { run = folder!.Path, result.Steps, result.TestLoss, result.TestAccuracy, result.Seconds, result.ImagesPerSecond }, RunsCommand.Json));
        else
            streams.Output.WriteLine($"test accuracy {result.TestAccuracy:P2}, loss {result.TestLoss:G4}; {result.Seconds:N1} s, {result.ImagesPerSecond:N0} images/s; {folder!.Path}");
    }
}
