using System.CommandLine;
using Etalon.Lab;
using Etalon.Lab.Conversions;
using Etalon.Lab.Recipes;
using Etalon.Workbench.Options;
using Etalon.Workbench.Terminals;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon convert</c>: an equivalent recipe, or why there is none.</summary>
internal static class ConvertCommand
{
    public static Command Create()
    {
        var recipe = RecipeArguments.One();
        var form = FormArgument.Create(isRequired: false);
        var decay = new Option<string?>("--decay")
        {
            Description = $"Instead of a form: read the recipe's weight decay as a convention means it, one of "
                + $"{string.Join(", ", NamedDecays.Words)}, and tell it in all of them.",
            HelpName = "CONVENTION",
        };
        WordOption.Allow(decay, NamedDecays.Words);
        var file = new Option<string?>("--out")
        {
            Description = "Write the equivalent recipe, which train accepts, to this file.",
            HelpName = "FILE"
        };
        var csv = new Option<string?>("--csv")
        {
            Description =
            "Write the equivalent's numbers for each update to this file: step,lr,weight_decay,momentum,log_lr, or of adamw "
            + "step,lr,beta1,beta2,eps,weight_decay,log_scale.",
            HelpName = "FILE"
        };
        var json = new Option<bool>("--json") { Description = "For machines: theorem, corrections, growth and ranges as JSON." };
        var command = new Command("convert",
            """
            Find an equivalent of a recipe: the same training with another weight decay and other rates, for the weights whose scale does not matter.

            Examples:
              etalon convert recipes/cifar-step.yaml --to texp++
              etalon convert recipes/cifar-step.yaml --to texp++ --out texp.yaml --csv texp.csv
              etalon convert recipes/cifar-cosine-warmup.yaml --to weight-decay:1e-4
              etalon convert recipes/digits-adamw.yaml --to adam --csv adam.csv
              etalon convert recipes/digits-adamw.yaml --decay torch
            """)
        {
            recipe, form, decay, file, csv, json,
        };
        command.SetAction(parsed =>
        {
            var files = new OutputFiles(parsed, json, file, csv);
            var error = parsed.InvocationConfiguration.Error;
            var read = RecipeArguments.ReadOne(parsed.GetRequiredValue(recipe), error);
            files.Spare(RecipeInputs.Of(read));
            if (parsed.GetValue(decay) is { } convention)
            {
                if (parsed.GetValue(form) is not null || files.Has(file))
                    throw new InputException("--decay tells numbers and converts nothing; leave out --to and --out");
                var decays = NamedDecays.Of(read.Recipe, convention);
                if (parsed.GetValue(json)) NamedDecaysReport.WriteJson(decays, convention, files.Report);
                else NamedDecaysReport.Print(decays, convention, files.Report);
                files.Write(csv, writer => NamedDecaysReport.WriteCsv(decays, writer), decays.Source.Count);
                return ExitCode.Done;
            }
            var wanted = parsed.GetValue(form)
                ?? throw new InputException(
                    "--to FORM says which equivalent, --decay CONVENTION what the weight decay means; give one of them");
            var converted = RecipeConversion.Of(read.Recipe, FormArgument.Parse(wanted, error));
            if (parsed.GetValue(json)) ConvertJson.Write(converted, files.Report);
            else Print(converted, files.Report);
            files.Write(file, writer => writer.Write(converted.ToYaml(read, parsed.GetValue(file)!)));
            files.Write(csv, converted.WriteCsv, converted.Conversion.Target.Count);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Print(RecipeConversion converted, TextWriter output)
    {
        var screen = Terminal.Of(output);
        screen.WriteHeading(ConversionText.Heading(converted), output);
        output.WriteLine();
        foreach (var line in ConversionText.Lines(converted, screen.Width)) output.WriteLine(line);
    }
}
