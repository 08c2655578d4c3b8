using System.CommandLine;
using System.Text;
using System.Text.Json;
using Etalon.Lab;
using Etalon.Lab.Charts;
using Etalon.Lab.Files;
using Etalon.Lab.Runs;
using Etalon.Workbench.Json;
using Etalon.Workbench.Options;
using Etalon.Workbench.Terminals;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon runs list | show | compare | export</c>: the run store.</summary>
internal static class RunsCommand
{
    private const int Block = 1 << 16, ChartHeight = 8;

    private static readonly string[] Drawn = ["train/loss", EvaluationTable.Metric];

    /// <summary>The command with its verbs.</summary>
    public static Command Create()
    {
        var runs = CommonOptions.Runs();
        var command = new Command("runs", "The runs: what was trained, and what came of it. Alone it lists them.")
        {
            runs,
            CreateList(),
            CreateShow(),
            RunsCompareCommand.Create(),
            RunsExportCommand.Create(),
        };
        command.SetAction(parsed => List(parsed.GetRequiredValue(runs), json: false, parsed.InvocationConfiguration.Output));
        return command;
    }

    private static Command CreateList()
    {
        var runs = CommonOptions.Runs();
        var json = new Option<bool>("--json") { Description = "Prints JSON." };
        var command = new Command("list", "Lists the runs.") { runs, json };
        command.SetAction(parsed => List(parsed.GetRequiredValue(runs), parsed.GetValue(json), parsed.InvocationConfiguration.Output));
        return command;
    }

    private static Command CreateShow()
    {
        var name = CommonOptions.Run();
        var runs = CommonOptions.Runs();
        var json = new Option<bool>("--json") { Description = "Prints JSON, with all metrics." };
        var command = new Command("show", "Shows a run: its recipe, its result, its curves, its evaluations.") { name, runs, json };
        command.SetAction(
            parsed => Show(RunSummary.Open(CommonOptions.Find(parsed.GetRequiredValue(name), parsed.GetRequiredValue(runs))),
                parsed.GetValue(json), parsed.InvocationConfiguration.Output));
        return command;
    }

    private static void List(string root, bool json, TextWriter output)
    {
        if (File.Exists(root)) throw new InputException($"--runs {root}: is a file; name the folder of all runs");
        CurrentFolder.Require(root);
        var runs = RunListing.Of(root);
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(runs, JsonFormat.Options));
            return;
        }
        if (runs.Count == 0)
        {
            output.WriteLine(SweepsIn(root) is { } within ? $"no runs in {root} itself; {within}"
                : $"no runs in {root}; `etalon train RECIPE` makes one");
            return;
        }
        int width = Math.Max(4, runs.Max(run => run.Name.Length));
        output.WriteLine($"{"run".PadRight(width)}  {"status",-11}  {"updates",9}  {"test accuracy",13}  {"best",7}  {"images/s",8}");
        foreach (var run in runs)
        {
            var result = run.Result;
            string start = $"{run.Name.PadRight(width)}  {Word(run.Status),-11}";
            output.WriteLine(run.Fault is { } fault
                ? $"{start}  {fault.ReplaceLineEndings(" ")}"
                : $"{start}  {run.Updates,9:N0}  {result?.TestAccuracy,13:P2}  {result?.BestTestAccuracy,7:P2}  "
                    + $"{result?.ImagesPerSecond,8:N0}");
        }
        if (SweepsIn(root) is { } others) output.WriteLine(others);
    }

    // Trials stand in a folder of their sweep below the runs, where a list of these would not show them.
    private static string? SweepsIn(string root)
    {
        if (!Directory.Exists(root)) return null;
        var sweeps = Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal)
            .Where(folder => !File.Exists(Path.Combine(folder, RunFolder.ResolvedName)))
            .Select(folder => (Folder: folder, Count: Directory.EnumerateDirectories(folder)
                .Count(run => File.Exists(Path.Combine(run, RunFolder.ResolvedName)))))
            .Where(sweep => sweep.Count > 0).ToList();
        return sweeps.Count == 0 ? null
            : $"{string.Join(", ", sweeps.Select(sweep => $"{sweep.Folder} has {sweep.Count}"))}; "
                + $"`etalon runs --runs {sweeps[0].Folder}` lists them";
    }

    private static void Show(RunSummary run, bool json, TextWriter output)
    {
        if (json)
        {
            WriteJson(run, output);
            return;
        }
        output.WriteLine($"{run.Name}: {Word(run.Status)}{(run.Result?.Message is { } message ? $" ({message})" : "")}");
        output.WriteLine($"recipe sha256 {run.Resolved["recipe_sha256"]}");
        if (run.Result is { } result)
            output.WriteLine(
                $"{result.Steps:N0} updates in {result.Seconds:N1} s, {result.ImagesPerSecond:N0} images/s on {result.Threads} threads");
        output.WriteLine();
        foreach (string metric in Drawn)
        {
            if (RunCurves.TryOf(run, metric) is not { X.Count: > 1 } curve) continue;
            output.WriteLine($"{metric} over updates");
            foreach (string line in TextChart.Draw([RunCurves.Joined(curve)], Terminal.Of(output).Width, ChartHeight))
                output.WriteLine(line);
            output.WriteLine();
        }
        foreach (string line in EvaluationTable.Of(run.MetricsWith(EvaluationTable.Metric))) output.WriteLine(line);
    }

    // The metrics may be larger than memory: each line goes out as it stands in the file, which is JSON already.
    private static void WriteJson(RunSummary run, TextWriter output)
    {
        string head = JsonSerializer.Serialize(new { run.Name, run.Path, run.Status, run.Result, run.Resolved }, JsonFormat.Options);
        output.WriteLine($"{head.AsSpan().TrimEnd('}').TrimEnd()},");
        // The console writes each text at once; a block of lines costs as much as one of them.
        var block = new StringBuilder("  \"metrics\": [");
        string separator = "";
        foreach (string line in run.MetricsLines)
        {
            block.Append(separator).Append(output.NewLine).Append("    ").Append(line);
            separator = ",";
            if (block.Length < Block) continue;
            output.Write(block);
            block.Clear();
        }
        output.Write(block);
        output.WriteLine($"{output.NewLine}  ]{output.NewLine}}}");
    }

    private static string Word(RunStatus status) => status.ToString().ToLowerInvariant();
}
