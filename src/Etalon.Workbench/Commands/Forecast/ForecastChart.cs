using Etalon.Lab.Charts;
using Etalon.Lab.Forecasts;

namespace Etalon.Workbench.Commands;

/// <summary>A forecast as a picture and as a table of numbers.</summary>
internal static class ForecastChart
{
    private const int Points = 2000;

    /// <summary>
    /// Norms and effective rates, and those over equilibrium, of all groups; or of all scale-invariant weights together, and what a run
    /// measured of them.
    /// </summary>
    /// <param name="forecast">The forecast.</param>
    /// <param name="measured">Norms that a run measured, by group; null for none.</param>
    public static Chart Of(Forecast forecast, IReadOnlyDictionary<string, IReadOnlyList<(long Step, double Norm)>>? measured = null)
    {
        var panels = PanelsOf(forecast, onlyWhole: measured is not null || forecast.Groups.Count <= 2);
        string title = $"{forecast.Recipe.Name}: forecast";
        if (measured is null || !measured.TryGetValue(forecast.Whole.Name, out var norms))
            return new(title, "update",
                panels)
            { Legend = forecast.Groups.Count <= 2 ? [] : [.. forecast.Groups.Select(group => group.Name)] };
        var line =
            new ChartLine("measured", [.. norms.Select(point => (double)point.Step)], [.. norms.Select(point => point.Norm)]) { Color = 1 };
        return new(title, "update",
            [panels[0] with { Lines = [.. panels[0].Lines, line] }, .. panels.Skip(1)])
        { Legend = ["forecast", "measured"] };
    }

    /// <summary>A row for each update: norm and effective rate of each group.</summary>
    public static void WriteCsv(Forecast forecast, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteLine("step" + string.Concat(forecast.Groups.Select(group => $",norm/{group.Name},effective_rate/{group.Name}")));
        for (long step = 0; step < forecast.Recipe.TotalSteps; step++)
            writer.WriteLine(
                $"{step}"
                    + string.Concat(
                    forecast.Groups.Select(group => $",{group.Curve.NormAt(step):R},{group.Curve.EffectiveRateAt(step):R}")));
    }

    internal static IReadOnlyList<ChartPanel> PanelsOf(Forecast forecast, bool onlyWhole)
    {
        var steps = Steps(forecast);
        double[] x = [.. steps.Select(step => (double)step)];
        var groups = onlyWhole ? [forecast.Whole] : forecast.Groups;
        if (!forecast.HasNorms)
            return [new("effective rate over equilibrium",
                [new(forecast.Recipe.Name, x, [.. steps.Select(forecast.Whole.OverEquilibrium)])])];
        return
        [
            new("norm",
                [.. groups.Select((group, i) => new ChartLine(group.Name, x, [.. steps.Select(group.Curve.NormAt)]) { Color = i })]),
            new("effective rate",
                [.. groups.Select(
                    (group, i) => new ChartLine(group.Name, x, [.. steps.Select(group.Curve.EffectiveRateAt)]) { Color = i })]),
            new("over its equilibrium",
                [.. groups.Select(
                    (group, i) => new ChartLine(group.Name, x, [.. steps.Select(group.OverEquilibrium)]) { Color = i })]) { Height = 140,
                    IsLogarithmic = true },
        ];
    }

    private static List<long> Steps(Forecast forecast)
    {
        var stride = Math.Max(1, forecast.Recipe.TotalSteps / Points);
        var steps = new SortedSet<long> { forecast.Recipe.TotalSteps - 1 };
        for (long step = 0; step < forecast.Recipe.TotalSteps; step += stride) steps.Add(step);
        foreach (var phase in forecast.Phases) steps.UnionWith([phase.Begin, phase.End - 1]);
        return [.. steps];
    }
}
