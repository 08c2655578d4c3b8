using System.CommandLine;
using System.Text.Json;
using Etalon.Lab;
using Etalon.Lab.Charts;
using Etalon.Lab.Forecasts;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Workbench.Json;
using Etalon.Workbench.Options;
using Etalon.Workbench.Terminals;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon forecast</c>: phases, norms and effective rates before a run.</summary>
internal static class ForecastCommand
{
    private const long UsualProbe = 200;

    public static Command Create()
    {
        var options = new Options();
        var command = new Command("forecast",
            """
            Forecast norm and effective rate of a recipe's scale-invariant weights: its phases, which of them reach equilibrium, what each change of the rate does at
            once and later. A recipe with data and a model is probed by a short training run, of which nothing is kept; else S is yours to give, or left out.
            With adamw, lion, signum and muon nothing is probed: their norms follow from the numbers alone.

            Examples:
              etalon forecast recipes/digits.yaml --svg forecast.svg
              etalon forecast recipes/cifar-step.yaml --gradient-square 20 --norm 15
              etalon forecast recipes/digits.yaml learning_rate=0.05 --from digits
              etalon forecast recipes/digits.yaml --against digits
            """)
        {
            options.Recipe, options.GradientSquare, options.Norm, options.From, options.Probe, options.Against, options.Svg, options.Csv,
            options.Json, options.Threads, options.Runs,
        };
        command.SetAction(parsed => Run(parsed, options));
        return command;
    }

    private static int Run(ParseResult parsed, Options options)
    {
        var files = new OutputFiles(parsed, options.Json, options.Csv, options.Svg);
        var (output, error) = (files.Report, parsed.InvocationConfiguration.Error);
        var read = RecipeArguments.ReadOne(parsed.GetRequiredValue(options.Recipe), error);
        var recipe = read.Recipe;
        string?[] runs = [parsed.GetValue(options.From), parsed.GetValue(options.Against)];
        files.Spare(
            [.. RecipeInputs.Of(read),
                .. runs.OfType<string>().SelectMany(run => RunInputs.Of(CommonOptions.Find(run, parsed.GetRequiredValue(options.Runs))))]);
        if (DirectionForecast.Covers(recipe)) return DirectionForecastReport.Run(parsed, options, recipe, files);
        Forecast.Check(recipe);
        if (recipe.Equivalent is { } equivalent)
            error.WriteLine(
                $"note: norms and rates are the recipe's own; the weights that {FormWords.Of(equivalent.Form)} trains are P times as "
                + $"long, see etalon plan");
        var forecast = Make(parsed, options, recipe, error);
        var measured = parsed.GetValue(options.Against) is { } run
            ? forecast.MeasuredIn(CommonOptions.Find(run, parsed.GetRequiredValue(options.Runs))) : null;
        files.Write(options.Csv, writer => ForecastChart.WriteCsv(forecast, writer), forecast.Recipe.TotalSteps);
        files.Write(options.Svg, writer => SvgChart.Write(ForecastChart.Of(forecast, measured), writer));
        if (parsed.GetValue(options.Json)) WriteJson(forecast, measured, output);
        else WriteText(forecast, measured, output);
        return ExitCode.Done;
    }

    private static Forecast Make(ParseResult parsed, Options options, Recipe recipe, TextWriter error)
    {
        var (square, run, probe) = (parsed.GetValue(options.GradientSquare), parsed.GetValue(options.From), parsed.GetValue(options.Probe));
        if (new object?[] { square, run, probe }.Count(source => source is not null) > 1)
            throw new InputException("--gradient-square, --from and --probe each say where S comes from; give one of them");
        if (parsed.GetValue(options.Norm) is not null && square is null)
            throw new InputException("--norm goes with --gradient-square; a probe and a run know the norm at the start");
        if (square is { } given) return Forecast.Given(recipe, given, parsed.GetValue(options.Norm));
        if (run is not null) return Forecast.From(recipe, CommonOptions.Find(run, parsed.GetRequiredValue(options.Runs)));
        if (probe is null && (recipe.Data is null || recipe.Model is null)) return Forecast.Without(recipe);
        error.WriteLine($"probing {Math.Min(probe ?? UsualProbe, recipe.TotalSteps)} updates");
        return Forecast.Probed(recipe, probe ?? UsualProbe,
            recipe.Data is { } data ? ThreadCount.ForBatches(parsed.GetValue(options.Threads), data.Batch, error) : 1);
    }

    private static void WriteText(Forecast forecast, IReadOnlyDictionary<string, IReadOnlyList<(long Step, double Norm)>>? measured,
        TextWriter output)
    {
        var screen = Terminal.Of(output);
        output.WriteLine(screen.Heading(ForecastText.Heading(forecast)));
        IReadOnlyList<string>[] parts = [ForecastText.Table(forecast, measured), ForecastText.Words(forecast, screen.Width),
            ForecastText.Charts(forecast, screen.Width), measured is null ? [] : ForecastText.Errors(forecast, measured),
            ForecastText.Notes(forecast, screen.Width)];
        foreach (var part in parts.Where(part => part.Count > 0))
        {
            output.WriteLine();
            foreach (var line in part) output.WriteLine(line);
        }
    }

    private static void WriteJson(Forecast forecast, IReadOnlyDictionary<string, IReadOnlyList<(long Step, double Norm)>>? measured,
        TextWriter output) => output.WriteLine(JsonSerializer.Serialize(
        new
        {
            Recipe = forecast.Recipe.Name,
            forecast.Recipe.TotalSteps,
            forecast.MixingUnits,
            GradientSquareFrom = forecast.HasNorms ? forecast.Source : null,
            Phases = forecast.Phases.Select(phase => new
            {
                phase.Begin,
                phase.End,
                phase.IsConstant,
                phase.MixingUnits,
                phase.Equilibrated,
                IntrinsicRate = phase.Last.IntrinsicRate,
                Groups = forecast.Groups.Select(group => new
                {
                    group.Name,
                    NormAtBegin = forecast.HasNorms ? group.Curve.NormAt(phase.Begin) : (double?)null,
                    NormAtEnd = forecast.HasNorms ? group.Curve.NormAt(phase.End) : (double?)null,
                    EffectiveRateAtEnd = forecast.HasNorms ? group.Curve.EffectiveRateAt(phase.End - 1) : (double?)null,
                    OverEquilibriumAtBegin = JsonNumber.Of(group.OverEquilibrium(phase.Begin)),
                    OverEquilibriumAtEnd = JsonNumber.Of(group.OverEquilibrium(phase.End - 1)),
                }),
            }),
            Errors = measured?.Join(forecast.Groups, norms => norms.Key, group => group.Name, (norms, group) => Error(group, norms.Value)),
        },
        JsonFormat.Options));

    private static object Error(GroupForecast group, IReadOnlyList<(long Step, double Norm)> measured)
    {
        var (mean, largest) = group.ErrorAgainst(measured);
        return new { group.Name, RootMeanSquare = mean, Largest = largest };
    }

    /// <summary>The options of the command.</summary>
    internal sealed class Options
    {
        public Argument<string[]> Recipe { get; } = RecipeArguments.One();
        public Option<double?> GradientSquare { get; } =
            NumberOption.Real("--gradient-square", "S", "S of all scale-invariant weights together, |w|² |g|² averaged over batches.");
        public Option<double?> Norm { get; } =
            NumberOption.Real("--norm", "W", "With --gradient-square: their norm at the start; at equilibrium unless given.");
        public Option<string?> From { get; } =
            new("--from") { Description = "Take S from what a run's monitors measured, at the same mixing units.", HelpName = "RUN" };
        public Option<long?> Probe { get; } = NumberOption.Whole("--probe", "UPDATES",
            "Measure S by training so many updates; 200 unless given, for a recipe with data and a model.");
        public Option<string?> Against { get; } =
            new("--against") { Description = "Tell the error of the forecast norms against those that a run measured.", HelpName = "RUN" };
        public Option<string?> Svg { get; } = new("--svg") { Description = "Write a picture to this file.", HelpName = "FILE" };
        public Option<string?> Csv { get; } =
            new("--csv") { Description = "Write norm and effective rate of each group and update to this file.", HelpName = "FILE" };
        public Option<bool> Json { get; } = new("--json") { Description = "For machines." };
        public Option<int?> Threads { get; } = CommonOptions.Threads();
        public Option<string> Runs { get; } = CommonOptions.Runs();
    }
}
