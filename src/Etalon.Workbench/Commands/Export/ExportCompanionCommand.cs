using System.CommandLine;
using Etalon.Lab.Conversions;
using Etalon.Lab.Recipes;
using Etalon.Workbench.Options;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon export companion</c>: a recipe's scheduler, the logger and the audit in one module.</summary>
internal static class ExportCompanionCommand
{
    public static Command Create()
    {
        var recipe = RecipeArguments.One();
        var target = new Option<string>("--for") { Description = "The framework: pytorch.", HelpName = "TARGET", Required = true };
        var file =
            new Option<string?>("--out") { Description = "The file to write; standard output where it is left out.", HelpName = "FILE" };
        WordOption.Allow(target, "pytorch");
        var command = new Command("companion",
            """
            Write one Python module that sets a recipe's numbers (RecipeScheduler), logs what `etalon diagnose` reads (RunLogger) and finds which weights are
            scale-invariant (audit). It needs PyTorch alone.

            Example:
              etalon export companion recipes/cifar-step.yaml --for pytorch --out companion.py
            """)
        {
            recipe, target, file,
        };
        command.SetAction(parsed =>
        {
            var files = new OutputFiles(parsed, null, file);
            var read = RecipeArguments.ReadOne(parsed.GetValue(recipe)!, parsed.InvocationConfiguration.Error);
            files.Spare(RecipeInputs.Of(read));
            var numbers = RecipeNumbers.Of(read.Recipe);
            if (files.Has(file)) files.Write(file, writer => PyTorchCompanion.Write(numbers, read.Recipe.Name, writer));
            else PyTorchCompanion.Write(numbers, read.Recipe.Name, parsed.InvocationConfiguration.Output);
        });
        return command;
    }
}
