using System.CommandLine;
using Etalon.Lab.Charts;
using Etalon.Lab.RangeTests;
using Etalon.Lab.Recipes;
using Etalon.Workbench.Options;
using Etalon.Workbench.Terminals;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon find-lr</c>: the rates that a recipe can use, by a range test over several seeds.</summary>
internal static class FindLrCommand
{
    private static readonly RateTestOptions Usual = new();

    public static Command Create()
    {
        var options = new Options();
        var command = new Command("find-lr",
            """
            Find the rates that a recipe can use. For each of several seeds a network is trained while the rate rises; where the loss has fallen and does not rise yet, the rate is usable. The
            networks are dropped, no run sees them. Beside it stands what WNGrad and DoG, which set their rates themselves, find in as many updates.

            Examples:
              etalon find-lr recipes/digits.yaml
              etalon find-lr recipes/fashion-preresnet8.yaml --svg rates.svg --apply tuned.yaml
              etalon find-lr recipes/digits.yaml momentum=0 --seeds 5 --updates 400

            Exit codes: 0 done, 1 no usable rate was found, 2 bad input, 130 interrupted.
            """)
        {
            options.Recipe, options.From, options.To, options.Updates, options.Seeds, options.Apply, options.Svg, options.Json,
            options.Threads,
        };
        // On a thread of its own, so that Ctrl-C finds the command waiting.
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(parsed, options, cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(ParseResult parsed, Options options, CancellationToken cancellation)
    {
        var files = new OutputFiles(parsed, options.Json, options.Apply, options.Svg);
        var (output, error) = (files.Report, parsed.InvocationConfiguration.Error);
        var read = RecipeArguments.ReadOne(parsed.GetRequiredValue(options.Recipe), error);
        files.Spare(RecipeInputs.Of(read));
        string? apply = parsed.GetValue(options.Apply);
        if (apply is not null) AppliedRate.Check(read, apply);
        UnusualSize.Warn($"{options.From.Name} ", parsed.GetValue(options.From), ScheduledQuantity.LearningRate, error);
        var tested = new RateTestOptions
        {
            From = parsed.GetValue(options.From) ?? Usual.From,
            To = parsed.GetValue(options.To) ?? Usual.To,
            Updates = parsed.GetRequiredValue(options.Updates),
            Seeds = parsed.GetRequiredValue(options.Seeds),
        };
        int threads = ThreadCount.Of(parsed.GetValue(options.Threads), RateRangeTest.MostAtATime(read.Recipe, tested),
            "tests and memory divide", error);
        var test =
            RateRangeTest.Run(read.Recipe, tested, threads, (done, of) => error.WriteLine($"{done} of {of} short runs done"), cancellation);
        if (parsed.GetValue(options.Json)) FindLrJson.Write(test, output);
        else Print(test, output);
        if (apply is not null) Apply(test, read, apply, options.Apply, files, error);
        files.Write(options.Svg, writer => SvgChart.Write(RateTestChart.Of(test), writer));
        return test.Rate is null ? ExitCode.Failed : ExitCode.Done;
    }

    private static void Apply(RateRangeTest test, ReadRecipe source, string file, Option<string?> option, OutputFiles files,
        TextWriter error)
    {
        if (test.Rate is null)
        {
            error.WriteLine($"{file} was not written: there is no rate to apply");
            return;
        }
        string text = AppliedRate.Text(test, source, file, out var applied);
        files.Write(option, writer => writer.Write(text),
            detail: $"its largest rate is {AppliedRate.PeakOf(applied):G12} instead of {test.Peak:G6}");
    }

    private static void Print(RateRangeTest test, TextWriter output)
    {
        var screen = Terminal.Of(output);
        output.WriteLine(screen.Heading(RateTestText.Heading(test)));
        IReadOnlyList<string>[] parts = [RateTestText.Answer(test, screen.Width), RateTestText.Seeds(test),
            RateTestText.Chart(test, screen.Width), RateTestText.Notes(test, screen.Width)];
        foreach (var part in parts.Where(part => part.Count > 0))
        {
            output.WriteLine();
            foreach (string line in part) output.WriteLine(line);
        }
    }

    private sealed class Options
    {
        public Argument<string[]> Recipe { get; } = RecipeArguments.One();
        public Option<double?> From { get; } = NumberOption.Real("--from", "RATE", "The first rate; 1e-5 unless given.");
        public Option<double?> To { get; } =
            NumberOption.Real("--to", "RATE", "The last rate, if the loss lets the test come so far; 100 unless given.");
        public Option<int> Updates { get; } =
            NumberOption.Integer("--updates", "N", "Updates from the first rate to the last.", Usual.Updates);
        public Option<int> Seeds { get; } = NumberOption.Integer("--seeds", "N", "Seeds to test, from the recipe's on.", Usual.Seeds);
        public Option<string?> Apply { get; } = new("--apply")
        {
            Description =
            "Write the recipe with the rate that was found, all pieces scaled alike, to this file.",
            HelpName = "FILE"
        };
        public Option<string?> Svg { get; } = new("--svg") { Description = "Write a picture to this file.", HelpName = "FILE" };
        public Option<bool> Json { get; } = new("--json") { Description = "For machines, with all curves." };
        public Option<int?> Threads { get; } =
            CommonOptions.Threads("Seeds at a time, each on a thread; all processors unless given. The result does not depend on them.");
    }
}
