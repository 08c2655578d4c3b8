using System.CommandLine;
using Etalon.Lab;
using Etalon.Lab.RunSpecs;
using Etalon.Schedules.Export;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon export</c>: the schedule for another framework.</summary>
internal static class ExportCommand
{
    // Everything that a schedule is exported for, one line each.
    private static readonly Dictionary<string, Action<RunSpec, TextWriter>> Targets = new()
    {
        ["pytorch"] = (spec, output) => PyTorchExporter.Write(spec.ToRecipe(), spec.Name, output),
        ["optax"] = (spec, output) => OptaxExporter.Write(spec.ToRecipe(), spec.Name, output),
        ["keras"] = (spec, output) => KerasExporter.Write(spec.ToRecipe(), spec.Name, output),
        ["csv"] = (spec, output) => CsvExporter.Write(spec.ToRecipe(), output),
        ["json"] = (spec, output) => JsonExporter.Write(spec.ToRecipe(), spec.Name, output),
    };

    public static Command Create()
    {
        var recipe = RecipeArguments.One();
        var target = new Option<string>("--for") { Description = $"What to export for: {string.Join(", ", Targets.Keys)}.", HelpName = "TARGET", Required = true };
        var file = new Option<string?>("--out") { Description = "The file to write; standard output where it is left out.", HelpName = "FILE" };
        target.AcceptOnlyFromAmong([.. Targets.Keys]);
        var command = new Command("export",
            """
            Write a recipe's schedules for use elsewhere.

            Examples:
              etalon export recipes/cifar-step.yaml --for pytorch --out schedule.py
              etalon export recipes/cifar-step.yaml --for csv --out lr.csv
              etalon export recipes/cifar-step.yaml duration=90ep --for json
              etalon export logger --for pytorch --out etalon_logger.py
            """)
        {
            recipe, target, file, ExportLoggerCommand.Create(),
        };
        command.SetAction(parsed => Run(parsed, parsed.GetValue(recipe)!, parsed.GetValue(target)!, file));
        return command;
    }

    private static int Run(ParseResult parsed, string[] words, string target, Option<string?> file)
    {
        var files = new OutputFiles(parsed, null, file);
        var spec = RecipeArguments.ReadOne(words, parsed.InvocationConfiguration.Error);
        files.Spare(RecipeInputs.Of(spec));
        if (spec.Optimizer.Kind != OptimizerKind.Sgd && target is not "csv")
            throw new InputException($"optimizer.name: an export writes sgd's update beside the schedules, and this recipe has another; write --for csv, which has the schedules alone");
        if (spec.Optimizer.Groups.Length > 0)
            throw new InputException("optimizer.groups: an export has one schedule for all parameters; remove the groups, or export each as a recipe of its own");
        if (files.Has(file)) files.Write(file, writer => Targets[target](spec, writer), target == "csv" ? spec.TotalSteps : null);
        else Targets[target](spec, parsed.InvocationConfiguration.Output);
        return ExitCode.Done;
    }
}
