using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Etalon.Lab;
using Etalon.Lab.Runs;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon runs list | show</c>: the run store.</summary>
internal static class RunsCommand
{
    public static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public static Command Create() => new("runs", "The runs: what was trained, and what came of it.")
    {
        CreateList(),
        CreateShow(),
    };

    /// <summary>--runs DIR, as every verb that reads or writes runs takes it.</summary>
    public static Option<string> FolderOption() => new("--runs")
    {
        Description = "The folder of all runs.",
        HelpName = "DIR",
        DefaultValueFactory = _ => "runs",
    };

    private static Command CreateList()
    {
        var runs = FolderOption();
        var json = new Option<bool>("--json") { Description = "Prints JSON." };
        var command = new Command("list", "Lists the runs.") { runs, json };
        command.SetAction(parsed => List(parsed.GetRequiredValue(runs), parsed.GetValue(json), parsed.InvocationConfiguration.Output));
        return command;
    }

    private static Command CreateShow()
    {
        var name = RunArgument();
        var runs = FolderOption();
        var json = new Option<bool>("--json") { Description = "Prints JSON, with all metrics." };
        var command = new Command("show", "Shows a run: its recipe, its result, its evaluations.") { name, runs, json };
        command.SetAction(parsed => Show(RunSummary.Read(Find(parsed.GetRequiredValue(name), parsed.GetRequiredValue(runs))), parsed.GetValue(json), parsed.InvocationConfiguration.Output));
        return command;
    }

    /// <summary>RUN, as every verb that takes one run has it.</summary>
    public static Argument<string> RunArgument() => new("run") { Description = "A run's name or folder.", HelpName = "RUN" };

    /// <summary>The folder of a run.</summary>
    /// <exception cref="InputException">There is no such run.</exception>
    public static string Find(string run, string root)
    {
        string inside = Path.Combine(root, run);
        if (Directory.Exists(inside)) return inside;
        if (Directory.Exists(run)) return run;
        throw new InputException($"there is no run \"{run}\" in {root}, nor a folder of that name; `etalon runs list` shows the runs there are");
    }

    private static void List(string root, bool json, TextWriter output)
    {
        var runs = RunSummary.List(root);
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(runs.Select(run => new { run.Name, run.Path, run.Status, run.Result }), Json));
            return;
        }
        if (runs.Count == 0)
        {
            output.WriteLine($"no runs in {root}; `etalon train RECIPE` makes one");
            return;
        }
        int width = Math.Max(4, runs.Max(run => run.Name.Length));
        output.WriteLine($"{"run".PadRight(width)}  {"status",-11}  {"updates",9}  {"test accuracy",13}  {"best",7}  {"images/s",8}");
        foreach (var run in runs)
        {
            var result = run.Result;
            output.WriteLine(
                $"{run.Name.PadRight(width)}  {run.Status.ToString().ToLowerInvariant(),-11}  {result?.Steps,9:N0}  {result?.TestAccuracy,13:P2}  {result?.BestTestAccuracy,7:P2}  {result?.ImagesPerSecond,8:N0}");
        }
    }

    private static void Show(RunSummary run, bool json, TextWriter output)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(new { run.Name, run.Path, run.Status, run.Result, run.Resolved, run.Metrics }, Json));
            return;
        }
        output.WriteLine($"{run.Name}: {run.Status.ToString().ToLowerInvariant()}{(run.Result?.Message is { } message ? $" ({message})" : "")}");
        output.WriteLine($"recipe sha256 {run.Resolved["recipe_sha256"]}");
        if (run.Result is { } result)
            output.WriteLine($"{result.Steps:N0} updates in {result.Seconds:N1} s, {result.ImagesPerSecond:N0} images/s on {result.Threads} threads");
        output.WriteLine();
        foreach (string line in EvaluationTable.Of(run.Metrics)) output.WriteLine(line);
    }
}
