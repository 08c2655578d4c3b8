using System.CommandLine;
using System.Text.Json;
using Etalon.Lab;
using Etalon.Lab.Charts;
using Etalon.Lab.Forecasts;
using Etalon.Lab.Recipes;
using Etalon.Workbench.Json;
using Etalon.Workbench.Options;
using Etalon.Workbench.Terminals;

namespace Etalon.Workbench.Commands;

/// <summary>What <c>forecast</c> prints of a rule whose updates have a size of their own.</summary>
internal static class DirectionForecastReport
{
    private const int Points = 2000, ChartHeight = 10;
    private const double WorthMentioning = 1.05;

    public static int Run(ParseResult parsed, ForecastCommand.Options options, Recipe recipe, OutputFiles files)
    {
        foreach (var (option, isGiven) in new[]
        {
            ("--gradient-square", parsed.GetValue(options.GradientSquare) is not null),
            ("--from", parsed.GetValue(options.From) is not null),
            ("--probe", parsed.GetValue(options.Probe) is not null), ("--norm", parsed.GetValue(options.Norm) is not null),
        })
            if (isGiven)
                throw new InputException(
                    $"{option}: {parsed.GetRequiredValue(options.Recipe)[0]} has {recipe.Optimizer.Name}, whose norms follow from rate, "
                    + $"decay "
                    + "and betas alone, whatever the gradients, and start where the recipe's seed starts them; leave the option out");
        var forecast = DirectionForecast.Of(recipe);
        var measured = parsed.GetValue(options.Against) is { } run
            ? forecast.MeasuredIn(CommonOptions.Find(run, parsed.GetRequiredValue(options.Runs))) : null;
        files.Write(options.Csv, writer => WriteCsv(forecast, writer), recipe.TotalSteps);
        files.Write(options.Svg, writer => SvgChart.Write(ChartOf(forecast, measured), writer));
        if (parsed.GetValue(options.Json)) WriteJson(forecast, measured, files.Report);
        else WriteText(forecast, measured, files.Report);
        return ExitCode.Done;
    }

    private static void WriteText(
        DirectionForecast forecast, IReadOnlyDictionary<string, IReadOnlyList<(long Step, double Norm)>>? measured, TextWriter output)
    {
        var screen = Terminal.Of(output);
        output.WriteLine(screen.Heading(ForecastText.Heading(forecast.Recipe, forecast.MixingUnits)));
        IEnumerable<string>[] parts = [Phases(forecast), Groups(forecast), Words(forecast, screen.Width), Charts(forecast, screen.Width),
            measured is null ? [] : Errors(forecast, measured)];
        foreach (var part in parts.Select(part => part.ToList()).Where(part => part.Count > 0))
        {
            output.WriteLine();
            foreach (var line in part) output.WriteLine(line);
        }
    }

    /// <summary>The phases as a table.</summary>
    public static IEnumerable<string> Phases(DirectionForecast forecast)
    {
        List<string[]> rows = [["phase", "updates", "rate", "decay", "units", "settled", "eff. rate/equil."]];
        for (var i = 0; i < forecast.Phases.Count; i++)
        {
            var phase = forecast.Phases[i];
            var (first, last) = (phase.First.Numbers, phase.Last.Numbers);
            rows.Add(
            [
                $"{i + 1}", $"{phase.Begin}-{phase.End}", Pair(first.Rate, last.Rate), Pair(first.WeightDecay, last.WeightDecay),
                $"{phase.MixingUnits:G3}", $"{forecast.SettledIn(phase):P0}",
                $"{Ratio(forecast, phase.Begin)} > {Ratio(forecast, phase.End - 1)}",
            ]);
        }
        return TextTable.Aligned(rows, left: -1);
    }

    private static IEnumerable<string> Groups(DirectionForecast forecast)
    {
        if (!forecast.HasWeights) return [];
        long end = forecast.Recipe.TotalSteps;
        return TextTable.Aligned(
        [
            ["group", "weights", "norm", "r.m.s. at the end", "angle"],
            .. forecast.Groups.Select(group => (string[])
            [
                group.Name, $"{group.Weights:0}", $"{group.NormAt(0):G4} > {group.NormAt(end):G4}", $"{group.RootMeanSquareAt(end):G4}",
                $"{group.AngleAt(forecast.MainStep):G3}",
            ]),
        ]);
    }

    /// <summary>Where the weights settle, and what gradients do.</summary>
    public static IEnumerable<string> Words(DirectionForecast forecast, int width)
    {
        var (whole, step) = (forecast.Whole, forecast.MainStep);
        if (whole.EquilibriumAt(step) is { } settled)
            foreach (var line in Wrap(
                $"At the numbers of update {step}, when half of the mixing units are over, weights settle at a root mean square of "
                + $"{settled.Norm / Math.Sqrt(whole.Weights):G4}, and an update turns them by {settled.Angle:G3} radians. "
                + "Neither depends on the gradients.", width))
                yield return line;
        else
            foreach (var line in Wrap("Without decay there is no equilibrium: norms grow as long as the run lasts.", width))
                yield return line;
        if (forecast.Caution is { } caution)
            foreach (var line in Wrap(caution, width))
                yield return line;
        if (whole.GradientGrowth() is var growth and > WorthMentioning)
            foreach (var line in Wrap(
                $"Gradients of these weights will be {growth:0.00} times as large at the end as where their norm is largest, since they "
                + $"are 1/|w| as large. That is the decay, not a fault; a decay that falls with the rate (AdamC) does without.", width))
                yield return line;
    }

    private static IEnumerable<string> Charts(DirectionForecast forecast, int width)
    {
        foreach (var (panel, i) in PanelsOf(forecast, onlyWhole: true).Select((panel, i) => (panel, i)))
        {
            if (i > 0) yield return "";
            yield return $"{panel.Label} by update";
            foreach (var line in TextChart.Draw(panel.Lines, width, ChartHeight)) yield return line;
        }
    }

    private static IEnumerable<string> Errors(DirectionForecast forecast,
        IReadOnlyDictionary<string, IReadOnlyList<(long Step, double Norm)>> measured)
    {
        yield return $"{"norm, forecast over measured",-40} {"r.m.s.",8} {"largest",8}";
        foreach (var group in forecast.Groups)
            if (measured.TryGetValue(group.Name, out var norms) && group.ErrorAgainst(norms) is var (mean, largest))
                yield return $"{group.Name,-40} {mean,8:P1} {largest,8:P1}";
    }

    private static Chart ChartOf(DirectionForecast forecast, IReadOnlyDictionary<string, IReadOnlyList<(long Step, double Norm)>>? measured)
    {
        bool onlyWhole = measured is not null || forecast.Groups.Count <= 2;
        var panels = PanelsOf(forecast, onlyWhole);
        string title = $"{forecast.Recipe.Name}: forecast";
        if (measured is null || !measured.TryGetValue(forecast.Whole.Name, out var norms))
            return new(title, "update", panels) { Legend = onlyWhole ? [] : [.. forecast.Groups.Select(group => group.Name)] };
        var line =
            new ChartLine("measured", [.. norms.Select(row => (double)row.Step)], [.. norms.Select(row => row.Norm)]) { Color = 1 };
        return new(title, "update", [panels[0] with { Lines = [.. panels[0].Lines, line] }, .. panels.Skip(1)])
        {
            Legend = ["forecast", "measured"],
        };
    }

    private static IReadOnlyList<ChartPanel> PanelsOf(DirectionForecast forecast, bool onlyWhole)
    {
        long end = forecast.Recipe.TotalSteps, stride = Math.Max(1, end / Points);
        var steps = new SortedSet<long> { end - 1 };
        for (long step = 0; step < end; step += stride) steps.Add(step);
        foreach (var phase in forecast.Phases) steps.UnionWith([phase.Begin, phase.End - 1]);
        double[] x = [.. steps.Select(step => (double)step)];
        IReadOnlyList<DirectionGroup> groups = onlyWhole ? [forecast.Whole] : forecast.Groups;
        ChartPanel Panel(string label, Func<DirectionGroup, long, double> of) => new(label,
            [.. groups.Select((group, i) => new ChartLine(group.Name, x, [.. steps.Select(step => of(group, step))]) { Color = i })]);
        return
        [
            Panel(forecast.HasWeights ? "norm" : "root mean square", (group, step) => group.NormAt(step)),
            Panel("effective rate", (group, step) => group.EffectiveRateAt(step)),
            Panel("over its equilibrium", (group, step) => group.OverEquilibrium(step)) with { Height = 140, IsLogarithmic = true },
        ];
    }

    private static void WriteCsv(DirectionForecast forecast, TextWriter writer)
    {
        writer.WriteLine(
            "step" + string.Concat(forecast.Groups.Select(group => $",norm/{group.Name},angle/{group.Name},effective_rate/{group.Name}")));
        for (long step = 0; step < forecast.Recipe.TotalSteps; step++)
            writer.WriteLine(
                $"{step}"
                + string.Concat(forecast.Groups.Select(
                    group => $",{group.NormAt(step):R},{group.AngleAt(step):R},{group.EffectiveRateAt(step):R}")));
    }

    private static void WriteJson(
        DirectionForecast forecast, IReadOnlyDictionary<string, IReadOnlyList<(long Step, double Norm)>>? measured, TextWriter output) =>
        output.WriteLine(JsonSerializer.Serialize(
        new
        {
            Recipe = forecast.Recipe.Name,
            forecast.Recipe.TotalSteps,
            forecast.MixingUnits,
            forecast.MainStep,
            forecast.Caution,
            Phases = forecast.Phases.Select(phase => new
            {
                phase.Begin,
                phase.End,
                phase.IsConstant,
                phase.MixingUnits,
                Equilibrated = forecast.SettledIn(phase),
            }),
            Groups = forecast.Groups.Select(group => new
            {
                group.Name,
                group.Weights,
                NormAtBegin = group.NormAt(0),
                NormAtEnd = group.NormAt(forecast.Recipe.TotalSteps),
                RootMeanSquareAtEnd = group.RootMeanSquareAt(forecast.Recipe.TotalSteps),
                EquilibriumNorm = group.EquilibriumAt(forecast.MainStep)?.Norm,
                EquilibriumAngle = group.EquilibriumAt(forecast.MainStep)?.Angle,
                GradientGrowth = group.GradientGrowth(),
            }),
            Errors = measured?.Join(forecast.Groups, norms => norms.Key, group => group.Name, (norms, group) => Error(group, norms.Value)),
        },
        JsonFormat.Options));

    private static object Error(DirectionGroup group, IReadOnlyList<(long Step, double Norm)> measured)
    {
        var (mean, largest) = group.ErrorAgainst(measured);
        return new { group.Name, RootMeanSquare = mean, Largest = largest };
    }

    private static string Ratio(DirectionForecast forecast, long step) =>
        forecast.Whole.OverEquilibrium(step) is var ratio && double.IsFinite(ratio) ? $"{ratio:G3}" : "none";

    private static string Pair(double from, double to) => from == to ? $"{from:G4}" : $"{from:G4} > {to:G4}";

    private static IEnumerable<string> Wrap(string text, int width) => WrappedText.Lines("", text, width, indentation: 2);
}
