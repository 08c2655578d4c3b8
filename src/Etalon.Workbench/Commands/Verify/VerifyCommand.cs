using System.CommandLine;
using System.Text.Json;
using Etalon.Lab.Charts;
using Etalon.Lab.Conversions;
using Etalon.Lab.Recipes;
using Etalon.Lab.Verifications;
using Etalon.Workbench.Json;
using Etalon.Workbench.Options;
using Etalon.Workbench.Terminals;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon verify</c>: both forms of a recipe trained side by side.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var options = new Options();
        var command = new Command("verify",
            """
            Train a recipe and its equivalent side by side and measure how far apart they come, beside a control that should come apart.

            Examples:
              etalon verify recipes/digits.yaml
              etalon verify recipes/digits.yaml --to texp --steps 600 --svg verify.svg
              etalon verify recipes/digits-adamw.yaml --to scaled-gradient
              etalon verify recipes/digits.yaml model.norm=group --precision float32

            Exit codes: 0 the equivalence holds, 1 it does not or the test had no power, 2 bad input, 3 diverged.
            """)
        {
            options.Recipe, options.Form, options.Steps, options.Precision, options.Svg, options.Json,
        };
        WordOption.Allow(options.Precision, "float64", "float32");
        // On a thread of its own, so that Ctrl-C finds the command waiting.
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(parsed, options, cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(ParseResult parsed, Options options, CancellationToken cancellation)
    {
        var files = new OutputFiles(parsed, options.Json, options.Svg);
        var (output, error) = (files.Report, parsed.InvocationConfiguration.Error);
        var read = RecipeArguments.ReadOne(parsed.GetRequiredValue(options.Recipe), error);
        files.Spare(RecipeInputs.Of(read));
        var form = parsed.GetValue(options.Form) is { } text ? FormArgument.Parse(text, error)
            : RecipeConversion.FormOf(read.Recipe);
        var precision = parsed.GetValue(options.Precision) == "float32" ? Precision.Float32 : Precision.Float64;
        var verification = Verification.Run(
            RecipeConversion.Of(read.Recipe, form), parsed.GetValue(options.Steps), precision, Environment.ProcessorCount,
            comparison => error.WriteLine($"update {comparison.Updates}: outputs {Comparison.Distance(comparison.Outputs)} apart"),
            cancellation);

        if (parsed.GetValue(options.Json)) WriteJson(verification, output);
        else Print(verification, output);
        files.Write(options.Svg, writer => SvgChart.Write(VerificationText.Chart(verification), writer));
        return verification.Verdict.Holds ? ExitCode.Done : ExitCode.Failed;
    }

    private static void Print(Verification verification, TextWriter output)
    {
        var screen = Terminal.Of(output);
        screen.WriteHeading(VerificationText.Heading(verification), output);
        output.WriteLine();
        foreach (var line in VerificationText.Lines(verification, screen.Width)) output.WriteLine(line);
    }

    private static void WriteJson(Verification verification, TextWriter output) => output.WriteLine(JsonSerializer.Serialize(
        new
        {
            Recipe = verification.Converted.Source.Name,
            verification.Converted.Source.Hash,
            Form = FormWords.Of(verification.Converted.Conversion.Form),
            verification.Precision,
            Perturbation = Verification.PerturbationOf(verification.Precision),
            verification.Comparisons,
            verification.Losses,
            verification.Verdict,
        },
        JsonFormat.Options));

    private sealed class Options
    {
        public Argument<string[]> Recipe { get; } = RecipeArguments.One();
        public Option<string?> Form { get; } = FormArgument.Create(isRequired: false);
        public Option<long?> Steps { get; } =
            NumberOption.Whole("--steps", "N", "Updates to train; 300 unless given, or the recipe's length if that is less.");
        public Option<string?> Precision { get; } =
            new("--precision") { Description = "float64, the default, or float32, whatever the recipe says.", HelpName = "TYPE" };
        public Option<string?> Svg { get; } =
            new("--svg") { Description = "Draw the distances over the updates into this file.", HelpName = "FILE" };
        public Option<bool> Json { get; } = new("--json") { Description = "For machines: all comparisons and the verdict as JSON." };
    }
}
