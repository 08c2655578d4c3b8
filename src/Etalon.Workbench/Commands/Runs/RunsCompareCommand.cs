using System.CommandLine;
using System.Text.Json.Nodes;
using Etalon.Lab.Charts;
using Etalon.Lab.Runs;
using Etalon.Workbench.Options;
using Etalon.Workbench.Terminals;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon runs compare</c>: curves of runs over each other, and where their recipes differ.</summary>
internal static class RunsCompareCommand
{
    private const int ChartHeight = 16, MostKeys = 40, LongestValue = 24;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var names = new Argument<string[]>("runs") { Description = "Names or folders of runs.", HelpName = "RUN", Arity = new(2, 26) };
        var runs = CommonOptions.Runs();
        var metric = new Option<string>("--metric")
        {
            Description = "The metric that is drawn.",
            HelpName = "NAME",
            DefaultValueFactory = _ => EvaluationTable.Metric,
        };
        var svg = new Option<string?>("--svg") { Description = "Draw the curves to this file too.", HelpName = "FILE" };
        var command = new Command("compare", "Draws a metric of runs over each other, and lists the keys in which their recipes differ.")
        {
            names, metric, svg, runs,
        };
        command.SetAction(parsed =>
        {
            var files = new OutputFiles(parsed, json: null, svg);
            RunSummary[] read = [.. parsed.GetRequiredValue(names)
                .Select(name => RunSummary.Open(CommonOptions.Find(name, parsed.GetRequiredValue(runs))))];
            files.Spare(read.SelectMany(run => RunInputs.Of(run.Path)));
            string name = parsed.GetRequiredValue(metric);
            var lines = RunCurves.Of(read, name);
            files.Write(svg, writer => SvgChart.Write(
                new Chart(name, "update", [new(name, lines) { Height = 340 }]) { Legend = [.. lines.Select(line => line.Name)] }, writer));
            Write(read, name, lines, files.Report);
        });
        return command;
    }

    private static void Write(RunSummary[] runs, string metric, IReadOnlyList<ChartLine> lines, TextWriter output)
    {
        output.WriteLine($"{metric} over updates");
        foreach (string line in TextChart.Draw([.. lines.Select(RunCurves.Joined)], Terminal.Of(output).Width, ChartHeight))
            output.WriteLine(line);
        if (lines.Count > 1) output.WriteLine("  * several of them");
        output.WriteLine();
        string[] heads = [.. runs.Select((run, i) => $"{TextChart.LetterOf(i)} {run.Name}")];
        List<string[]> rows = [["", .. heads], [$"last {metric}", .. lines.Select(line => $"{line.Y[^1]:G6}")],
            ["updates", .. lines.Select(line => $"{line.X[^1]:N0}")]];
        var differing = Differing(runs);
        rows.AddRange(differing.Take(MostKeys));
        foreach (string line in TextTable.Aligned(rows)) output.WriteLine(line);
        if (differing.Count == 0) output.WriteLine("the recipes are the same");
        if (differing.Count > MostKeys) output.WriteLine($"... and {differing.Count - MostKeys} more keys differ");
    }

    private static List<string[]> Differing(RunSummary[] runs)
    {
        var leaves = runs.Select(run => Leaves("", run.Resolved["recipe"]).ToDictionary()).ToList();
        return [.. leaves.SelectMany(leaf => leaf.Keys).Distinct()
            .Select(key => (string[])[key, .. leaves.Select(leaf => Short(leaf.GetValueOrDefault(key, "")))])
            .Where(row => row.Skip(1).Distinct().Count() > 1)];
    }

    private static IEnumerable<KeyValuePair<string, string>> Leaves(string path, JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(entry => Leaves(path.Length == 0 ? entry.Key : $"{path}.{entry.Key}", entry.Value)),
        null => [],
        // A list is a value: [16, 8] says more than its items one by one; pieces of a schedule are sets of keys.
        JsonArray list when list.Any(item => item is JsonObject) => list.SelectMany((item, i) => Leaves($"{path}.{i}", item)),
        _ => [new(path, node.ToJsonString().Trim('"'))],
    };

    private static string Short(string text) => text.Length <= LongestValue ? text : $"{text[..(LongestValue - 3)]}...";
}
