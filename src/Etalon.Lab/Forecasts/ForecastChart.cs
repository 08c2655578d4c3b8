using Etalon.Lab.Reports;

namespace Etalon.Lab.Forecasts;

/// <summary>A forecast as a picture and as a table of numbers.</summary>
public static class ForecastChart
{
    private const int Points = 2000;

    /// <summary>Norms of all groups, and their effective rates with those of equilibrium dashed.</summary>
    public static Chart Of(Forecast forecast) => new($"{forecast.Spec.Name}: forecast", "update", PanelsOf(forecast, onlyWhole: false))
    {
        Legend = [.. forecast.Groups.Select(group => group.Name)],
    };

    /// <summary>A row for each update: norm and effective rate of each group.</summary>
    public static void WriteCsv(Forecast forecast, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteLine("step" + string.Concat(forecast.Groups.Select(group => $",norm/{group.Name},effective_rate/{group.Name}")));
        for (long step = 0; step < forecast.Spec.TotalSteps; step++)
            writer.WriteLine($"{step}" + string.Concat(forecast.Groups.Select(group => $",{group.Curve.NormAt(step):R},{group.Curve.EffectiveRateAt(step):R}")));
    }

    internal static IReadOnlyList<ChartPanel> PanelsOf(Forecast forecast, bool onlyWhole)
    {
        var steps = Steps(forecast);
        double[] x = [.. steps.Select(step => (double)step)];
        var groups = onlyWhole ? [forecast.Whole] : forecast.Groups;
        if (!forecast.HasNorms) return [new("effective rate over equilibrium", [new(forecast.Spec.Name, x, [.. steps.Select(step => Relative(forecast.Whole, step))])])];
        return
        [
            new("norm", [.. groups.Select((group, i) => new ChartLine(group.Name, x, [.. steps.Select(group.Curve.NormAt)]) { Color = i })]),
            new("effective rate", [.. groups.Select((group, i) => new ChartLine(group.Name, x, [.. steps.Select(group.Curve.EffectiveRateAt)]) { Color = i })]),
            new("over its equilibrium", [.. groups.Select((group, i) => new ChartLine(group.Name, x, [.. steps.Select(step => Relative(group, step))]) { Color = i })]) { Height = 140 },
        ];
    }

    private static double Relative(GroupForecast group, long step) =>
        group.Curve.EquilibriumAt(step) is { } equilibrium ? group.Curve.EffectiveRateAt(step) / equilibrium.EffectiveRate : double.NaN;

    private static List<long> Steps(Forecast forecast)
    {
        var stride = Math.Max(1, forecast.Spec.TotalSteps / Points);
        var steps = new SortedSet<long> { forecast.Spec.TotalSteps - 1 };
        for (long step = 0; step < forecast.Spec.TotalSteps; step += stride) steps.Add(step);
        foreach (var phase in forecast.Phases) steps.UnionWith([phase.Begin, phase.End - 1]);
        return [.. steps];
    }
}
