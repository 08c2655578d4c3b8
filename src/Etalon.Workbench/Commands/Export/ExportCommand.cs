using System.CommandLine;
using Etalon.Lab;
using Etalon.Lab.Conversions;
using Etalon.Lab.Recipes;
using Etalon.Schedules;
using Etalon.Schedules.Export;
using Etalon.Workbench.Options;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon export</c>: the schedule for another framework.</summary>
internal static class ExportCommand
{
    // Everything that a schedule is exported for, one line each.
    private static readonly Dictionary<string, Action<GroupedSchedule, string, TextWriter>> Targets = new()
    {
        ["pytorch"] = PyTorchExporter.Write,
        ["optax"] = OptaxExporter.Write,
        ["keras"] = KerasExporter.Write,
        ["csv"] = (schedule, _, output) => CsvExporter.Write(schedule, output),
        ["json"] = JsonExporter.Write,
    };

    public static Command Create()
    {
        var recipe = RecipeArguments.One();
        var target = new Option<string>("--for")
        {
            Description = $"What to export for: {string.Join(", ", Targets.Keys)}.",
            HelpName = "TARGET",
            Required = true
        };
        var file =
            new Option<string?>("--out") { Description = "The file to write; standard output where it is left out.", HelpName = "FILE" };
        WordOption.Allow(target, [.. Targets.Keys]);
        var command = new Command("export",
            """
            Write a recipe's schedules for use elsewhere.

            Examples:
              etalon export recipes/cifar-step.yaml --for pytorch --out schedule.py
              etalon export recipes/cifar-step.yaml --for csv --out lr.csv
              etalon export recipes/cifar-step.yaml duration=90ep --for json
              etalon export logger --for pytorch --out etalon_logger.py
              etalon export audit --for pytorch --out etalon_audit.py
              etalon export companion recipes/cifar-step.yaml --for pytorch --out companion.py
            """)
        {
            recipe, target, file, ExportLoggerCommand.Create(), ExportAuditCommand.Create(),
            ExportCompanionCommand.Create(),
        };
        command.SetAction(parsed => Run(parsed, parsed.GetValue(recipe)!, parsed.GetValue(target)!, file));
        return command;
    }

    private static int Run(ParseResult parsed, string[] words, string target, Option<string?> file)
    {
        var files = new OutputFiles(parsed, null, file);
        var read = RecipeArguments.ReadOne(words, parsed.InvocationConfiguration.Error);
        files.Spare(RecipeInputs.Of(read));
        if (files.Has(file))
            files.Write(file, writer => Write(target, read.Recipe, writer), target == "csv" ? read.Recipe.TotalSteps : null);
        else Write(target, read.Recipe, parsed.InvocationConfiguration.Output);
        return ExitCode.Done;
    }

    /// <summary>What a schedule is exported for.</summary>
    internal static IReadOnlyCollection<string> TargetNames => Targets.Keys;

    /// <summary>Writes the schedules of a recipe for another framework.</summary>
    /// <exception cref="InputException">The framework has no such schedule, or there is no such target.</exception>
    internal static void Write(string target, Recipe recipe, TextWriter output)
    {
        if (!Targets.TryGetValue(target, out var write))
            throw new InputException($"\"{target}\" is no target; there are {string.Join(", ", Targets.Keys)}");
        var numbers = RecipeNumbers.Of(recipe);
        if (target == "keras" && numbers.Covered?.Beta2 is not null)
            throw new InputException(
                "equivalent: it has betas and an epsilon of each update, and Keras's are fixed; write --for pytorch or optax, or "
                + "equivalent.form=scaled-gradient");
        if (target == "keras" && numbers.Covered?.LookAhead is not null)
            throw new InputException(
                "equivalent: with Nesterov momentum it has a look-ahead of its own, which no optimizer of Keras has; write --for pytorch "
                + "or optax, or optimizer.nesterov=false");
        write(numbers, recipe.Name, output);
    }
}
