using System.CommandLine;
using System.Text.Json;
using Etalon.Engine;
using Etalon.Lab.Planning;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Lab.ScalarLogs;
using Etalon.Lab.Training;
using Etalon.Workbench.Json;
using Etalon.Workbench.Options;
using Etalon.Workbench.Terminals;

namespace Etalon.Workbench.Commands;

/// <summary>A run as train, resume and fork show it.</summary>
internal sealed class TrainingScreen(InvocationConfiguration streams, bool json, int? threads, string? tensorBoard)
{
    /// <summary>Opens a run, trains it, and shows how it goes and how it ended.</summary>
    /// <param name="open">Opens it.</param>
    /// <param name="ranks">The processes that train it together.</param>
    /// <param name="cancellation">Stops it.</param>
    public void Show(Func<TrainingRun> open, Communicator ranks, CancellationToken cancellation)
    {
        using var run = open();
        if (!run.IsDone) Introduce(run, ranks);
        using var events = tensorBoard is not null && ranks.IsFirst && !run.IsDone
            ? RunEvents.Open(Path.Combine(run.Folder, RunFolder.MetricsName), tensorBoard, run.StartStep, EventsDisplay.UnixTime) : null;
        var display = DisplayOf(run);
        Report(run, run.Train(events is null ? display : new EventsDisplay(display, events), cancellation));
    }

    private void Introduce(TrainingRun run, Communicator ranks)
    {
        ThreadCount.ForBatches(threads, run.Recipe.Data!.Batch, streams.Error);
        foreach (string note in run.Notes) streams.Error.WriteLine($"note: {note}");
        foreach (string warning in run.Warnings) streams.Error.WriteLine($"warning: {warning}");
        if (json) return;
        if (run.Parent is { } parent) Compare(parent, run.Recipe);
        string together = ranks.IsAlone ? "" : $" on {ranks.Size} ranks";
        streams.Error.WriteLine(run.StartStep == 0
            ? $"{run.Recipe.Name}: {run.Recipe.TotalSteps:N0} updates{together} into {run.Folder}"
            : $"{run.Recipe.Name}: {run.StartStep:N0} of {run.Recipe.TotalSteps:N0} updates done; on{together} into {run.Folder}");
    }

    private ITrainingObserver DisplayOf(TrainingRun run) => json ? NullObserver.Instance
        : Terminal.Of(streams.Error).IsTerminal ? new ProgressDisplay(streams.Error, run.Recipe, run.StartStep)
        : new PlainDisplay(streams.Error, run.Recipe);

    // Both schedules over each other, as plan draws them.
    private void Compare(Recipe old, Recipe changed)
    {
        foreach (string line in PlanText.Charts(
            [PlannedRecipe.Of(old with { Name = "parent" }), PlannedRecipe.Of(changed with { Name = "fork" })],
            Terminal.Of(streams.Error).Width))
            streams.Error.WriteLine(line);
    }

    private void Report(TrainingRun run, RunResult result)
    {
        if (json)
        {
            var facts = new
            {
                run = run.IsDone ? null : run.Folder,
                result.Steps,
                result.TestLoss,
                result.TestAccuracy,
                result.Seconds,
                result.ImagesPerSecond
            };
            streams.Output.WriteLine(JsonSerializer.Serialize(facts, JsonFormat.Options));
            return;
        }
        string line = run.IsDone
            ? $"nothing to do: all {result.Steps:N0} updates are done; test accuracy {result.TestAccuracy:P2}"
            : $"test accuracy {result.TestAccuracy:P2}, loss {result.TestLoss:G4}; {result.Seconds:N1} s, {result.ImagesPerSecond:N0} "
                + $"images/s; {run.Folder}";
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
