using System.CommandLine;
using System.Text.Json;
using Etalon.Lab.Planning;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Lab.Training;
using Etalon.Workbench.Json;
using Etalon.Workbench.Options;
using Etalon.Workbench.Terminals;

namespace Etalon.Workbench.Commands;

/// <summary>A run as train, resume and fork show it.</summary>
internal sealed class TrainingScreen(InvocationConfiguration streams, bool json, int? threads)
{
    private RunStart? _start;

    /// <summary>Trains, and shows how it goes and how it ended.</summary>
    /// <param name="train">Trains; tells when it begins.</param>
    public Task Show(Func<Func<RunStart, ITrainingObserver>, RunResult> train) =>
        // On a thread of its own, so that Ctrl-C finds the command waiting.
        Task.Run(() => Report(train(Begin)), CancellationToken.None);

    private ITrainingObserver Begin(RunStart start)
    {
        _start = start;
        ThreadCount.ForBatches(threads, start.Spec.Data!.Batch, streams.Error);
        foreach (string note in start.Notes) streams.Error.WriteLine($"note: {note}");
        // train has read the recipe, and said them, itself.
        if (start.Parent is not null || start.Step > 0)
            foreach (string warning in start.Spec.Warnings) streams.Error.WriteLine($"warning: {warning}");
        if (json) return new SilentDisplay();
        if (start.Parent is { } parent) Compare(parent, start.Spec);
        streams.Error.WriteLine(start.Step == 0
            ? $"{start.Spec.Name}: {start.Spec.TotalSteps:N0} updates into {start.Folder}"
            : $"{start.Spec.Name}: {start.Step:N0} of {start.Spec.TotalSteps:N0} updates done; on into {start.Folder}");
        return Terminal.Of(streams.Error).IsTerminal ? new ProgressDisplay(streams.Error, start.Spec, start.Step) : new PlainDisplay(streams.Error, start.Spec);
    }

    // Both schedules over each other, as plan draws them.
    private void Compare(Recipe old, Recipe changed)
    {
        foreach (string line in PlanText.Charts([PlannedRecipe.Of(old with { Name = "parent" }), PlannedRecipe.Of(changed with { Name = "fork" })], Terminal.Of(streams.Error).Width))
            streams.Error.WriteLine(line);
    }

    private void Report(RunResult result)
    {
        if (json)
        {
            var facts = new { run = _start?.Folder, result.Steps, result.TestLoss, result.TestAccuracy, result.Seconds, result.ImagesPerSecond };
            streams.Output.WriteLine(JsonSerializer.Serialize(facts, JsonFormat.Options));
            return;
        }
        string line = _start is null
            ? $"nothing to do: all {result.Steps:N0} updates are done; test accuracy {result.TestAccuracy:P2}"
            : $"test accuracy {result.TestAccuracy:P2}, loss {result.TestLoss:G4}; {result.Seconds:N1} s, {result.ImagesPerSecond:N0} images/s; {_start.Folder}";
        try
        {
            streams.Output.WriteLine(line);
        }
        catch (IOException exception)
        {
            // The terminal is gone, or the disk full: the run is done all the same, and its folder has the result.
            streams.Error.WriteLine($"warning: standard output: {exception.Message}. {line}");
        }
    }
}
