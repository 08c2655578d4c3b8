using System.CommandLine;
using Etalon.Lab;
using Etalon.Lab.Planning;
using Etalon.Lab.Reports;
using Etalon.Lab.RunSpecs;
using Etalon.Schedules.Export;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon plan</c>: the resolved schedule before any training.</summary>
internal static class PlanCommand
{
    public static Command Create()
    {
        var options = new Options();
        var command = new Command("plan",
            """
            Show a recipe's schedules before any training: drawn, as a table of what happens when, written to files.

            Examples:
              etalon plan recipes/cifar-step.yaml
              etalon plan recipes/cifar-step.yaml duration=200ep --svg plan.svg
              etalon plan recipes/cifar-step.yaml recipes/cifar-cosine-warmup.yaml
              etalon plan recipes/cifar-step.yaml --explain 40000
              etalon plan recipes/cifar-step.yaml --resolved
            """)
        {
            options.Recipes, options.Epochs, options.Explain, options.Resolved, options.Csv, options.Svg, options.Json,
        };
        command.SetAction(parsed => Run(parsed, options));
        return command;
    }

    private static int Run(ParseResult parsed, Options options)
    {
        var files = new OutputFiles(parsed, options.Json, options.Csv, options.Svg);
        var specs = RecipeArguments.ReadMany(parsed.GetValue(options.Recipes)!, parsed.InvocationConfiguration.Error);
        files.Spare(specs.SelectMany(RecipeInputs.Of));
        if (files.Has(options.Csv) && specs.Count > 1) throw new InputException("--csv takes one recipe; give each its own file");
        files.Write(options.Csv, writer => CsvExporter.Write(specs[0].ToRecipe(), writer), specs[0].TotalSteps);
        files.Write(options.Svg, writer => SvgChart.Write(PlanChart.Of(specs), writer));

        var output = files.Report;
        if (parsed.GetValue(options.Json))
            PlanJson.Write(specs, output);
        else if (parsed.GetValue(options.Resolved))
            output.Write(string.Join("---\n", specs.Select(RecipeWriter.ToYaml)));
        else if (parsed.GetValue(options.Explain) is { } step)
            Write(output, specs.SelectMany(spec => Explanation.Of(spec, step)));
        else if (parsed.GetValue(options.Epochs))
            Write(output, specs.SelectMany(spec => PlanText.Epochs(spec).Prepend(PlanText.Heading(spec))));
        else
            Draw(specs, output);
        return ExitCode.Done;
    }

    private static void Draw(IReadOnlyList<RunSpec> specs, TextWriter output)
    {
        var screen = Screen.Of(output);
        foreach (var spec in specs) output.WriteLine(screen.Heading(PlanText.Heading(spec)));
        output.WriteLine();
        Write(output, PlanText.Charts(specs, screen.Width));
        foreach (var spec in specs)
        {
            output.WriteLine();
            if (specs.Count > 1) output.WriteLine(screen.Heading(spec.Name));
            Write(output, PlanText.Events(spec));
        }
    }

    private static void Write(TextWriter output, IEnumerable<string> lines)
    {
        foreach (var line in lines) output.WriteLine(line);
    }

    private sealed class Options
    {
        public Argument<string[]> Recipes { get; } = RecipeArguments.Many();
        public Option<bool> Epochs { get; } = new("--epochs") { Description = "The values at the first update of each epoch." };
        public Option<long?> Explain { get; } = NumberOption.Whole("--explain", "STEP", "Which piece decides this update, why its value is what it is, and what comes next.");
        public Option<bool> Resolved { get; } = new("--resolved") { Description = "The canonical recipe: all defaults, all durations in steps, and its hash." };
        public Option<string?> Csv { get; } = new("--csv") { Description = "Write step,lr,weight_decay,momentum,log_lr for each update to this file.", HelpName = "FILE" };
        public Option<string?> Svg { get; } = new("--svg") { Description = "Write a picture to this file; several recipes are drawn over each other.", HelpName = "FILE" };
        public Option<bool> Json { get; } = new("--json") { Description = "For machines: recipe, hash, events and warnings as JSON." };
    }
}
